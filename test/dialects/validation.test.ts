import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { validationWords } from '../../app/dialects/anthropic-messages/validation-words.ts'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { validationError } from '../../app/dialects/validation.ts'

const user = { role: 'user', content: 'hi' }

/** What a body is refused with, by the chat dialect's schema. */
function refusal(body: unknown, schema: z.ZodType = chatCompletionRequest) {
  const parsed = schema.safeParse(body)
  if (parsed.success) throw new Error('the body was accepted')
  const { code, message, param, reason } = validationError(parsed.error, body)
  expect(code).toBe('invalid-request')
  return { message, param, reason }
}

const withMessages = (...messages: unknown[]) => ({ model: 'm', messages })
const withField = (field: string, value: unknown) => ({ ...withMessages(user), [field]: value })

describe('a missing parameter', () => {
  it.each([
    [{ model: 'm' }, 'messages'],
    [{ messages: [user] }, 'model'],
    [withMessages({ content: 'hi' }), 'messages[0].role'],
    [withMessages({ role: 'user' }), 'messages[0].content'],
    [withMessages(user, { role: 'tool', content: '' }), 'messages[1].tool_call_id'],
    [withMessages({ role: 'user', content: [{ type: 'text' }] }), 'messages[0].content[0].text'],
    [withMessages({ role: 'user', content: [{}] }), 'messages[0].content[0].type'],
    [
      withMessages({ role: 'user', content: [{ type: 'image_url', image_url: {} }] }),
      'messages[0].content[0].image_url.url',
    ],
    [withField('tools', [{ type: 'function' }]), 'tools[0].function'],
    [withField('tools', [{}]), 'tools[0].type'],
    [withField('tool_choice', { type: 'function' }), 'tool_choice.function'],
    [withField('response_format', { type: 'json_schema' }), 'response_format.json_schema'],
  ])('is named by its path: %j', (body, param) => {
    expect(refusal(body)).toEqual({
      message: `Missing required parameter: '${param}'.`,
      param,
      reason: 'missing_required_parameter',
    })
  })
})

describe('a value of the wrong type', () => {
  it.each([
    [withField('model', 3), 'model', 'a string', 'an integer'],
    [{ model: 'm', messages: 'hi' }, 'messages', 'an array', 'a string'],
    [
      withMessages({ role: 'user', content: 3 }),
      'messages[0].content',
      'one of a string or array of objects',
      'an integer',
    ],
    [withMessages('hi'), 'messages[0]', 'an object', 'a string'],
    [
      withMessages({ role: 'user', content: ['hi'] }),
      'messages[0].content[0]',
      'an object',
      'a string',
    ],
    [withField('temperature', '1'), 'temperature', 'a number', 'a string'],
    [withField('max_tokens', 1.5), 'max_tokens', 'an integer', 'a decimal number'],
    [withField('seed', 0.5), 'seed', 'an integer', 'a decimal number'],
    [withField('stream', 'yes'), 'stream', 'a boolean', 'a string'],
    [withField('stop', 3), 'stop', 'one of a string or array of strings', 'an integer'],
    [withField('stop', ['a', 2]), 'stop[1]', 'a string', 'an integer'],
    [withField('metadata', []), 'metadata', 'an object', 'an array'],
    [withField('metadata', { a: 1 }), 'metadata.a', 'a string', 'an integer'],
    [withField('tools', {}), 'tools', 'an array', 'an object'],
    [withField('tool_choice', 3), 'tool_choice', 'one of a string or an object', 'an integer'],
    [withField('logit_bias', { 1: 'x' }), 'logit_bias.1', 'a number', 'a string'],
    [withField('parallel_tool_calls', 1), 'parallel_tool_calls', 'a boolean', 'an integer'],
  ])('is told what it should be: %j', (body, param, expected, got) => {
    expect(refusal(body)).toEqual({
      message: `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
      param,
      reason: 'invalid_type',
    })
  })

  it('is the body itself', () => {
    expect(refusal([])).toEqual({
      message: 'Invalid type for the request body: expected an object, but got an array instead.',
      param: undefined,
      reason: 'invalid_type',
    })
  })
})

describe('a value that is not among those allowed', () => {
  it.each([
    [
      withMessages({ role: 'robot', content: '' }),
      'messages[0].role',
      "'robot'",
      "'system', 'developer', 'user', 'assistant', 'tool', and 'function'",
    ],
    [
      withMessages({ role: 'user', content: [{ type: 'smell' }] }),
      'messages[0].content[0].type',
      "'smell'",
      "'text', 'image_url', 'input_audio', 'file', and 'video_url'",
    ],
    [
      withField('reasoning_effort', 'huge'),
      'reasoning_effort',
      "'huge'",
      "'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'",
    ],
    [withField('tool_choice', 'any'), 'tool_choice', "'any'", "'none', 'auto', and 'required'"],
    [
      withField('response_format', { type: 'xml' }),
      'response_format.type',
      "'xml'",
      "'text', 'json_object', and 'json_schema'",
    ],
  ])('is told which are: %j', (body, param, value, allowed) => {
    expect(refusal(body)).toEqual({
      message: `Invalid value: ${value}. Supported values are: ${allowed}.`,
      param,
      reason: 'invalid_value',
    })
  })
})

describe('a value out of range', () => {
  // The first has OpenAI's recorded words (babbage-002, completion-bad-request).
  it.each([
    ['max_tokens', -1, 'integer below minimum', '>= 1', 'integer_below_min_value'],
    ['n', 129, 'integer above maximum', '<= 128', 'integer_above_max_value'],
    ['temperature', 2.5, 'decimal above maximum', '<= 2', 'decimal_above_max_value'],
    ['top_p', -0.5, 'decimal below minimum', '>= 0', 'decimal_below_min_value'],
    ['frequency_penalty', -3, 'integer below minimum', '>= -2', 'integer_below_min_value'],
    ['top_logprobs', 21, 'integer above maximum', '<= 20', 'integer_above_max_value'],
  ])('is told the bound: %s', (field, value, fault, bound, reason) => {
    expect(refusal(withField(field, value))).toEqual({
      message: `Invalid '${field}': ${fault} value. Expected a value ${bound}, but got ${value} instead.`,
      param: field,
      reason,
    })
  })

  it('is a list too short', () => {
    expect(refusal(withMessages())).toEqual({
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
      reason: 'empty_array',
    })
  })

  it('is a list too long', () => {
    expect(refusal(withField('stop', ['a', 'b', 'c', 'd', 'e']))).toEqual({
      message:
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
      param: 'stop',
      reason: 'array_above_max_length',
    })
  })

  it('is a key too long', () => {
    const key = 'x'.repeat(65)
    expect(refusal(withField('metadata', { [key]: 'v' }))).toEqual({
      message: `Invalid key 'metadata.${key}': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.`,
      param: `metadata.${key}`,
      reason: 'string_above_max_length',
    })
  })

  it('is a text too long or of the wrong pattern', () => {
    expect(refusal(withField('safety_identifier', 'x'.repeat(65)))).toMatchObject({
      param: 'safety_identifier',
      reason: 'string_above_max_length',
    })
    const format = { type: 'json_schema', json_schema: { name: 'a b', schema: {} } }
    expect(refusal(withField('response_format', format))).toEqual({
      message:
        "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      param: 'response_format.json_schema.name',
      reason: 'invalid_value',
    })
  })
})

describe('other schemas', () => {
  it('name an unknown parameter of a strict object', () => {
    const strict = z.strictObject({ image: z.strictObject({ size: z.string() }) })
    expect(refusal({ image: { size: 'S', quality: 'hd' } }, strict)).toEqual({
      message: "Unknown parameter: 'image.quality'.",
      param: 'image.quality',
      reason: 'unknown_parameter',
    })
  })

  it('name it as Anthropic does where that is who is asked', () => {
    const strict = z.strictObject({ image: z.strictObject({ size: z.string() }) })
    const body = { image: { size: 'S', quality: 'hd' } }
    const { error } = strict.safeParse(body)
    expect(validationError(error!, body, validationWords)).toMatchObject({
      message: 'image.quality: Extra inputs are not permitted',
      param: 'image.quality',
    })
  })

  it('look into a text that stands for a list of one', () => {
    const listed = (value: unknown) => (Array.isArray(value) ? value : [value])
    const schema = z.object({ a: z.preprocess(listed, z.array(z.enum(['word', 'segment']))) })
    for (const a of ['x', ['x']]) {
      expect(refusal({ a }, schema)).toEqual({
        message: "Invalid value: 'x'. Supported values are: 'word' and 'segment'.",
        param: 'a[0]',
        reason: 'invalid_value',
      })
    }
  })

  it('list the kinds of a union that names none itself', () => {
    expect(refusal({ a: true }, z.object({ a: z.union([z.string(), z.int(), z.null()]) }))).toEqual(
      {
        message:
          "Invalid type for 'a': expected one of a string, a number, or null, but got a boolean instead.",
        param: 'a',
        reason: 'invalid_type',
      },
    )
  })
})
