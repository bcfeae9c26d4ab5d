import type { ChatCompletion } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../../app/conversation/conversation.ts'
import type { Reply } from '../../../app/conversation/events.ts'
import { createOpenaiChat, openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { type ErrorCode, GatewayError, STATUS } from '../../../app/errors.ts'
import { head, heard, tool, usage } from './conversations.ts'
import { specificationFaults } from './openai-schemas.ts'

const reply = (parts: Part[], end: Partial<Reply['end']> = {}): Reply => ({
  parts,
  end: { reason: 'end-turn', usage, ...end },
})

const answer = (replies: Reply[], fields: Record<string, unknown> = {}) =>
  openaiChat.server.encodeReply(replies, heard(fields), head) as ChatCompletion

const message = (parts: Part[], fields: Record<string, unknown> = {}) =>
  answer([reply(parts)], fields).choices[0]?.message

const said = { role: 'assistant', content: 'Hi.', refusal: null, annotations: [] }
const text: Part = { type: 'text', text: 'Hi.' }
const called: Part = { type: 'tool-call', id: 'c1', name: 'f', arguments: '{"x":1}' }

describe('a whole reply', () => {
  it('is a chat completion', () => {
    expect(answer([reply([text], { serviceTier: 'default' })], { metadata: { a: 'b' } })).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1700000000,
      model: 'some-model',
      choices: [{ index: 0, message: said, logprobs: null, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 0,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
      service_tier: 'default',
      metadata: { a: 'b' },
    })
  })

  it('counts the cache as part of the prompt (T49)', () => {
    const counted = { input: 7, output: 5, cacheRead: 20, cacheWrite: 3, reasoning: 2 }
    expect(answer([reply([text], { usage: counted })]).usage).toMatchObject({
      prompt_tokens: 30,
      completion_tokens: 5,
      total_tokens: 35,
      prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 2 },
    })
  })

  it('may be several, with the prompt counted once', () => {
    const several = answer([reply([text]), reply([called], { reason: 'tool-use' })], { n: 2 })
    expect(several.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'tool_calls'],
    ])
    expect(several.usage).toMatchObject({
      prompt_tokens: 10,
      completion_tokens: 10,
      total_tokens: 20,
    })
  })
})

describe('a message', () => {
  it('of calls alone has no content', () => {
    const empty: Part = { type: 'tool-call', id: 'c2', name: 'g', arguments: '' }
    const ran: Part = { ...empty, id: 'c3', server: 'server_tool_use' }
    expect(message([called, empty, ran])).toEqual({
      ...said,
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
        { id: 'c2', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
      server_tool_runs: [{ id: 'c3', type: 'server_tool_use', name: 'g', arguments: '{}', at: 0 }],
    })
  })

  it('of nothing is an empty text', () => {
    expect(message([])).toEqual({ ...said, content: '' })
  })

  it('may refuse', () => {
    expect(message([{ type: 'refusal', text: 'No.' }])).toEqual({
      ...said,
      content: null,
      refusal: 'No.',
    })
  })

  it('speaks the older form to who asked with functions', () => {
    const fields = { functions: [{ name: 'f' }] }
    const [choice] = answer([reply([called], { reason: 'tool-use' })], fields).choices
    expect(choice).toMatchObject({
      message: { content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
      finish_reason: 'function_call',
    })
    expect(choice?.message).not.toHaveProperty('tool_calls')
  })

  it('calls custom tools with their free text', () => {
    const fields = { tools: [{ type: 'custom', custom: { name: 'sql' } }] }
    const call = (words: string): Part => ({ ...called, name: 'sql', arguments: words })
    expect(message([call('{"input":"SELECT 1"}'), call('SELECT 2')], fields)?.tool_calls).toEqual([
      { id: 'c1', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
      { id: 'c1', type: 'custom', custom: { name: 'sql', input: 'SELECT 2' } },
    ])
  })

  it('cites pages at the text that rests on them', () => {
    const cited: Part = {
      type: 'text',
      text: ' Blue.',
      citations: [{ url: 'https://a.example/', title: 'A' }, { title: 'a book' }],
    }
    expect(message([text, cited])).toEqual({
      ...said,
      content: 'Hi. Blue.',
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://a.example/', title: 'A', start_index: 3, end_index: 9 },
        },
      ],
    })
  })

  it('shows thoughts, and carries what the model needs back', () => {
    const thoughts: Part[] = [
      { type: 'reasoning', text: 'Hm. ', signature: 's' },
      { type: 'reasoning', text: 'Well.' },
      { type: 'reasoning', text: '', redacted: 'QUJD' },
      text,
    ]
    const encrypted = { type: 'reasoning.encrypted', data: 'QUJD' }
    const shown = {
      ...said,
      reasoning_content: 'Hm. Well.',
      reasoning_details: [
        { type: 'reasoning.text', text: 'Hm. ', signature: 's', index: 0 },
        { ...encrypted, index: 1 },
      ],
    }
    expect(message(thoughts)).toEqual(shown)
    const hidden = { ...said, reasoning_details: [{ ...encrypted, index: 0 }] }
    expect(message(thoughts, { reasoning: { exclude: true } })).toEqual(hidden)
    const other = createOpenaiChat({ reasoningField: 'reasoning' }).server
    expect(other.encodeReply([reply(thoughts)], heard(), head)).toMatchObject({
      choices: [{ message: { reasoning: 'Hm. Well.' } }],
    })
  })

  it('may be spoken or painted', () => {
    const audio: Part = { type: 'audio', source: { kind: 'base64', data: 'QUJD' } }
    const image: Part = { ...audio, type: 'image', mediaType: 'image/png' }
    expect(message([text, audio])).toEqual({
      ...said,
      content: null,
      audio: {
        id: 'audio_chatcmpl-1',
        data: 'QUJD',
        transcript: 'Hi.',
        expires_at: head.created,
      },
    })
    expect(message([image])).toMatchObject({
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }],
    })
  })
})

const faults = specificationFaults()

describe.skipIf(!faults)('completions', () => {
  it('keep to OpenAI’s specification', () => {
    const replies = [
      reply([text]),
      reply([called], { reason: 'tool-use', serviceTier: 'default' }),
      reply([{ type: 'refusal', text: 'No.' }], { reason: 'max-tokens' }),
      reply([{ ...text, citations: [{ url: 'https://a.example/' }] } as Part]),
    ]
    const whole = answer(replies, { tools: [tool('f')], metadata: { a: 'b' } })
    expect(faults?.('CreateChatCompletionResponse', whole)).toEqual([])
  })

  it('of errors too', () => {
    for (const code of Object.keys(STATUS) as ErrorCode[]) {
      const body = openaiChat.server.encodeError(new GatewayError(code, 'x'), 'r')
      expect(faults?.('ErrorResponse', body)).toEqual([])
    }
  })
})

describe('an error', () => {
  it.each([
    ['invalid-request', 'invalid_request_error', null],
    ['unsupported-parameter', 'invalid_request_error', 'unsupported_parameter'],
    ['context-length-exceeded', 'invalid_request_error', 'context_length_exceeded'],
    ['authentication', 'invalid_request_error', 'invalid_api_key'],
    ['permission', 'permission_error', null],
    ['model-access-denied', 'permission_error', 'model_access_denied'],
    ['model-not-found', 'invalid_request_error', 'model_not_found'],
    ['rate-limit', 'rate_limit_error', 'rate_limit_exceeded'],
    ['content-filter', 'invalid_request_error', 'content_filter'],
    ['internal', 'server_error', 'internal_error'],
    ['stream-incomplete', 'server_error', 'stream_incomplete'],
    ['timeout', 'timeout_error', 'timeout'],
  ] as const)('of %s is %s', (code, type, word) => {
    const error = new GatewayError(code, 'Sorry.', { cause: new Error('secret') })
    expect(openaiChat.server.encodeError(error, 'r')).toEqual({
      error: { message: 'Sorry.', type, param: null, code: word },
    })
  })

  it('names the parameter and the finer reason', () => {
    const details = { param: 'messages[0].content', reason: 'invalid_type' }
    const error = new GatewayError('invalid-request', 'No.', details)
    expect(openaiChat.server.encodeError(error, 'r')).toEqual({
      error: {
        message: 'No.',
        type: 'invalid_request_error',
        param: 'messages[0].content',
        code: 'invalid_type',
      },
    })
  })
})
