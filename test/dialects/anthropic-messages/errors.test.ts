import { describe, expect, it } from 'vitest'
import { decodeError } from '../../../app/dialects/anthropic-messages/decode-error.ts'
import { anthropicMessages } from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import { validationError } from '../../../app/dialects/validation.ts'
import { type ErrorCode, GatewayError, STATUS } from '../../../app/errors.ts'

const { server } = anthropicMessages

describe('an error to the caller', () => {
  it.each<[ErrorCode, number, string]>([
    ['invalid-request', 400, 'invalid_request_error'],
    ['authentication', 401, 'authentication_error'],
    ['permission', 403, 'permission_error'],
    ['model-not-found', 404, 'not_found_error'],
    ['too-large', 413, 'request_too_large'],
    ['rate-limit', 429, 'rate_limit_error'],
    ['internal', 500, 'api_error'],
    ['upstream', 502, 'api_error'],
    ['overloaded', 529, 'overloaded_error'],
    ['timeout', 504, 'timeout_error'],
  ])('%s is %i %s', (code, status, type) => {
    const error = new GatewayError(code, 'Why.')
    expect(server.errorStatus?.[code] ?? STATUS[code]).toBe(status)
    expect(server.encodeError(error, 'req_1')).toEqual({
      type: 'error',
      error: { type, message: 'Why.' },
      request_id: 'req_1',
    })
  })

  it('names the place of the fault in the caller’s words', () => {
    const message = (param: string) =>
      server.encodeError(new GatewayError('unsupported-parameter', 'Too many.', { param }), 'r')
    expect(message('stop')).toMatchObject({ error: { message: 'stop_sequences: Too many.' } })
    expect(message('messages.0.content.1')).toMatchObject({
      error: { message: 'messages.0.content.1: Too many.' },
    })
  })
})

describe('the error event of an upstream’s stream', () => {
  it.each<[string, string, ErrorCode, string]>([
    ['invalid_request_error', 'max_tokens: bad', 'invalid-request', 'max_tokens: bad'],
    [
      'invalid_request_error',
      'prompt is too long: 209 tokens > 200 maximum',
      'context-length-exceeded',
      'prompt is too long: 209 tokens > 200 maximum',
    ],
    [
      'authentication_error',
      'invalid x-api-key',
      'upstream',
      'The request could not be completed. Retry the request.',
    ],
    ['overloaded_error', 'Overloaded', 'overloaded', 'The model is overloaded. Retry the request.'],
  ])('%s %s', (type, message, code, told) => {
    expect(decodeError({ error: { type, message } })).toMatchObject({ code, message: told })
  })

  it.each<[string | undefined, ErrorCode]>([
    ['billing_error', 'upstream'],
    ['permission_error', 'model-access-denied'],
    ['not_found_error', 'model-not-found'],
    ['request_too_large', 'too-large'],
    ['rate_limit_error', 'rate-limit'],
    ['timeout_error', 'timeout'],
    ['api_error', 'upstream'],
    ['never_heard_of', 'upstream'],
    [undefined, 'upstream'],
  ])('%s is %s', (type, code) => {
    expect(decodeError({ error: { type } }).code).toBe(code)
  })
})

describe('a refused body is refused in Anthropic’s words', () => {
  const user = { role: 'user', content: 'hi' }
  const good = { model: 'm', max_tokens: 1, messages: [user] }
  const said = (...content: unknown[]) => ({ ...good, messages: [{ role: 'user', content }] })

  it.each<[object, string]>([
    [{ model: 'm', messages: [user] }, 'max_tokens: Field required'],
    [{ max_tokens: 1, messages: [user] }, 'model: Field required'],
    [{ model: 'm', max_tokens: 1 }, 'messages: Field required'],
    [
      { ...good, messages: [] },
      'messages: List should have at least 1 item after validation, not 0',
    ],
    [{ ...good, messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
    [
      { ...good, messages: ['Invalid content'] },
      'messages.0: Input does not match the expected shape.',
    ],
    [
      { ...good, messages: [{ role: 'tool', content: '' }] },
      "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ],
    [
      { ...good, messages: [{ role: 'user', content: 3 }] },
      'messages.0.content: Input should be a valid string or list',
    ],
    [said({ type: 'text' }), 'messages.0.content.0.text.text: Field required'],
    [said({ text: 'a' }), 'messages.0.content.0.type: Field required'],
    [said({ type: 'image', source: {} }), 'messages.0.content.0.image.source.type: Field required'],
    [
      said({ type: 'image', source: { type: 'base64', data: '' } }),
      'messages.0.content.0.image.source.base64.media_type: Field required',
    ],
    [
      said({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '2h' } }),
      "messages.0.content.0.text.cache_control.ttl: Input should be '5m' or '1h'",
    ],
    [{ ...good, max_tokens: '1' }, 'max_tokens: Input should be a valid integer'],
    [
      { ...good, max_tokens: 1.5 },
      'max_tokens: Input should be a valid integer, got a number with a fractional part',
    ],
    [{ ...good, temperature: 2 }, 'temperature: Input should be less than or equal to 1'],
    [{ ...good, thinking: { type: 'enabled' } }, 'thinking.enabled.budget_tokens: Field required'],
    [
      { ...good, thinking: { type: 'enabled', budget_tokens: 10 } },
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    ],
    [{ ...good, tools: [{ name: 'f' }] }, 'tools.0.custom.input_schema: Field required'],
    [
      { ...good, tool_choice: { type: 'required' } },
      "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'",
    ],
  ])('%j', (body, message) => {
    const parsed = messagesRequest.safeParse(body)
    if (parsed.success) throw new Error('the body was accepted')
    const error = validationError(parsed.error, body, server.validationWords)
    expect(server.encodeError(error, 'r')).toMatchObject({
      error: { type: 'invalid_request_error', message },
    })
  })
})
