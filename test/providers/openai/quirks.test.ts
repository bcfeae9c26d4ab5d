import { describe, expect, it, vi } from 'vitest'
import { type Answer, completionOf } from './scripted-server.ts'
import { openStage } from './stage.ts'

type Json = Record<string, unknown>

const LOCAL = {
  OPENAI_API_KEY: '',
  OPENAI_UPSTREAMS: JSON.stringify([
    { name: 'local', base_url: 'http://127.0.0.1:8001/v1', models: ['*'] },
  ]),
}
const GOOD: Answer = { body: completionOf({}) }

function openWith(...answers: Answer[]) {
  const stage = openStage(LOCAL, [{ id: 'm' }])
  stage.answer(...answers)
  const post = (path: string, body: Json) => stage.post(path, { model: 'm', ...body })
  const messages = () => stage.bodies().map((body) => body['messages'] as Json[])
  return { ...stage, post, messages }
}

const told = ({ status, headers }: Response) => [
  status,
  headers.get('x-outcrop-attempts'),
  headers.get('x-outcrop-ignored-params'),
]

const refusing = (status: number, message: string): Answer => ({
  status,
  body: { error: { message, type: 'invalid_request_error' } },
})

describe('a server that refuses fields it does not know', () => {
  const extra = (field: string) => ({
    type: 'extra_forbidden',
    loc: ['body', field],
    msg: 'Extra inputs are not permitted',
  })
  const ASKED = { input: 'Hi', store: false, parallel_tool_calls: true, prompt_cache_key: 'k' }

  it.each<[string, Answer]>([
    ['Mistral', { status: 422, body: { detail: [extra('store'), extra('prompt_cache_key')] } }],
    [
      'Google',
      {
        status: 400,
        body: [
          {
            error: {
              code: 400,
              message:
                'Invalid JSON payload received. Unknown name "store": Cannot find field.\nInvalid JSON payload received. Unknown name "prompt_cache_key": Cannot find field.',
            },
          },
        ],
      },
    ],
  ])('is not sent those that change no answer: %s', async (_, refusal) => {
    const stage = openWith(refusal, GOOD)
    const lost = 'prompt_cache_key, store'
    const first = await stage.post('/v1/responses', ASKED)
    expect([...told(first).slice(0, 2), sorted(told(first)[2])]).toEqual([200, '2', lost])
    const second = await stage.post('/v1/responses', ASKED)
    expect([...told(second).slice(0, 2), sorted(told(second)[2])]).toEqual([200, '1', lost])
    expect(stage.bodies().map((body) => ['store' in body, 'prompt_cache_key' in body])).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ])
  })

  it.each([
    refusing(400, "property 'store' is unsupported"),
    refusing(400, 'Unrecognized request argument supplied: store'),
    refusing(400, 'Unrecognized request arguments supplied: user, store'),
  ])('in other words: %j', async (refusal) => {
    const stage = openWith(refusal, GOOD)
    expect(told(await stage.post('/v1/responses', ASKED))).toEqual([200, '2', 'store'])
  })

  it('is believed where it refuses a value, or another field', async () => {
    for (const message of ['Invalid value for `store`.', "property 'x' is unsupported"]) {
      const stage = openWith(refusing(400, message))
      expect((await stage.post('/v1/responses', ASKED)).status).toBe(400)
      expect(stage.asked).toHaveLength(1)
    }
  })
})

it('a refusal is forgotten in time, as servers are mended too', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const stage = openWith(refusing(400, "property 'store' is unsupported"), GOOD)
  try {
    for (const hours of [0, 0.9, 2]) {
      vi.setSystemTime(Date.now() + hours * 3_600_000)
      expect((await stage.post('/v1/responses', { input: 'Hi', store: false })).status).toBe(200)
    }
  } finally {
    vi.useRealTimers()
  }
  expect(stage.bodies().map((body) => 'store' in body)).toEqual([true, false, false, true])
})

it('a refusal of one path says nothing of another', async () => {
  const message = "Use 'max_completion_tokens' instead."
  const stage = openWith(refusing(400, message), GOOD, { body: { choices: [{ text: 'x' }] } })
  const messages = [{ role: 'user', content: 'Hi' }]
  await stage.post('/v1/chat/completions', { messages, max_tokens: 7 })
  await stage.post('/v1/completions', { prompt: 'Hi', max_tokens: 7 })
  expect(stage.bodies().map((body) => body['max_tokens'])).toEqual([7, undefined, 7])
})

it('OpenAI itself is believed', async () => {
  const stage = openStage()
  stage.answer(refusing(400, "Invalid type for 'metadata.a': expected a string."))
  const content = ['A', 'B'].map((text) => ({ type: 'text', text }))
  expect((await stage.chat({ messages: [{ role: 'user', content }] })).status).toBe(400)
  expect(stage.asked).toHaveLength(1)
})

describe('OpenAI refuses what other APIs allow, and is asked again without it:', () => {
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  const asked = { model: 'gpt-4o', max_tokens: 9, messages }
  const inputs = [{ role: 'user', content: [{ text: 'Hi' }] }]
  const tool = (description: string) => ({
    type: 'function',
    function: { name: 'f', description, parameters: { type: 'object', properties: {} } },
  })
  const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
  const called = (...ids: string[]) => [
    ...messages,
    { role: 'assistant', content: null, tool_calls: ids.map(call) },
    ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'x' })),
  ]

  it.each<[string, string, string, Json, Json, string | null]>([
    [
      'the long user of Claude Code',
      "Invalid 'user': string too long. Expected a string with maximum length 64, but got a string with length 150 instead.",
      '/v1/messages',
      { ...asked, metadata: { user_id: 'u'.repeat(150) } },
      { model: 'gpt-4o', max_completion_tokens: 9, messages },
      'metadata.user_id',
    ],
    [
      'labels of what is not stored',
      "The 'metadata' parameter is only allowed when 'store' is enabled.",
      '/model/gpt-4o/converse',
      { messages: inputs, requestMetadata: { team: 'a' } },
      { model: 'gpt-4o', messages },
      'requestMetadata',
    ],
    [
      'a tool without arguments',
      "Invalid schema for function 'f': In context=(), object schema missing properties.",
      '/v1/messages',
      { ...asked, tools: [{ name: 'f', input_schema: { type: 'object' } }] },
      {
        model: 'gpt-4o',
        max_completion_tokens: 9,
        messages,
        tools: [
          {
            type: 'function',
            function: { name: 'f', parameters: { type: 'object', properties: {} } },
          },
        ],
      },
      null,
    ],
    [
      'a long description of a tool',
      "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 1025 instead.",
      '/v1/chat/completions',
      { ...asked, tools: [tool('d'.repeat(1025)), tool('short')] },
      { ...asked, tools: [tool('d'.repeat(1024)), tool('short')] },
      'tools.description',
    ],
    [
      'long ids of calls in the history',
      "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 46 instead.",
      '/v1/chat/completions',
      { ...asked, messages: called('c'.repeat(46), 'd'.repeat(41), 'short') },
      { ...asked, messages: called('call_of_another_0', 'call_of_another_1', 'short') },
      null,
    ],
  ])('%s', async (_, message, path, body, sent, ignored) => {
    const stage = openStage()
    stage.answer(refusing(400, message), GOOD)
    expect(told(await stage.post(path, body))).toEqual([200, '2', ignored])
    expect(stage.bodies().at(-1)).toEqual(sent)
    expect(told(await stage.post(path, body))).toEqual([200, '1', ignored])
  })

  it('a short user stays after that', async () => {
    const stage = openStage()
    stage.answer(refusing(400, "Invalid 'user': string too long."), GOOD)
    await stage.chat({ user: 'u'.repeat(65) })
    await stage.chat({ user: 'u'.repeat(64) })
    expect(stage.bodies().map((body) => String(body['user']).length)).toEqual([65, 9, 64])
  })
})

describe('`strict` in tools', () => {
  const tool = { name: 'f', parameters: { type: 'object' } }
  const ASKED = {
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ type: 'function', function: { ...tool, strict: true } }],
  }
  const place = ['body', 'tools', 0, 'function', 'strict']
  const detail = [{ type: 'extra_forbidden', loc: place, msg: 'Extra inputs are not permitted' }]

  it.each([
    { status: 422, body: { detail } },
    refusing(400, 'Validation Error: "strict" - Extra inputs are not permitted'),
    refusing(400, `Unknown name "strict" at 'tools[0].function': Cannot find field.`),
    refusing(400, "'tools.0.function' : property 'strict' is unsupported"),
  ])('is left out where it is refused: %j', async (refusal) => {
    const stage = openWith(refusal, GOOD)
    expect(told(await stage.post('/v1/chat/completions', ASKED))).toEqual([
      200,
      '2',
      'tools.strict',
    ])
    expect(told(await stage.post('/v1/chat/completions', ASKED))[1]).toBe('1')
    expect(stage.bodies().at(-1)!['tools']).toEqual([{ type: 'function', function: tool }])
  })

  it('stays where a schema is refused', async () => {
    const stage = openWith(refusing(400, "Invalid schema: with 'strict', all must be required."))
    expect((await stage.post('/v1/chat/completions', ASKED)).status).toBe(400)
    expect(stage.asked).toHaveLength(1)
  })
})

const sorted = (names: unknown) => String(names).split(', ').sort().join(', ')

describe('a server that takes only strings', () => {
  const texts = (...all: string[]) => all.map((text) => ({ type: 'text', text }))
  const image = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
  const ASKED = {
    max_tokens: 9,
    system: texts('A', 'B'),
    messages: [{ role: 'user', content: [...texts('C', 'D'), { type: 'image', source: image }] }],
  }

  it.each([
    'Failed to deserialize the JSON body into the target type: messages[0]: invalid type: sequence, expected a string',
    "'messages.0' : for 'role:system' the following must be satisfied[('messages.0.content' : value must be a string)]",
    'Input should be a valid string',
  ])('gets texts as one, as it said: %s', async (message) => {
    const stage = openWith(refusing(400, message), GOOD)
    expect(told(await stage.post('/v1/messages', ASKED))).toEqual([200, '2', null])
    const [first, second] = stage.messages()
    expect(first![0]).toEqual({ role: 'system', content: texts('A', 'B') })
    expect(second).toEqual([{ role: 'system', content: 'A\n\nB' }, first![1]])
  })
})

it('a model that wants signatures gets Google’s marker where the client has dropped them (Gemini 3)', async () => {
  const message =
    'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly.'
  const refusal: Answer = { status: 400, body: [{ error: { code: 400, message } }] }
  const stage = openWith(refusal, GOOD)
  const called = { type: 'function', function: { name: 'f', arguments: '{}' } }
  const kept = { google: { thought_signature: 'theirs' } }
  const messages = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'a', ...called },
        { id: 'b', ...called, extra_content: kept },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: 'r' },
    { role: 'tool', tool_call_id: 'b', content: 'r' },
  ]
  expect(told(await stage.post('/v1/chat/completions', { messages }))).toEqual([200, '2', null])
  const [first, second] = stage.messages().map((all) => all[1]!['tool_calls'] as Json[])
  const marker = { google: { thought_signature: 'skip_thought_signature_validator' } }
  expect(first!.map((call) => call['extra_content'])).toEqual([undefined, kept])
  expect(second!.map((call) => call['extra_content'])).toEqual([marker, kept])
})

describe('a model that wants its thoughts back (DeepSeek, Kimi)', () => {
  const CALL = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }
  const CALLED: Answer = {
    body: completionOf({ content: '', reasoning_content: 'Hm.', tool_calls: [CALL] }),
  }
  const WANTED = [
    'The `reasoning_content` in the thinking mode must be passed back to the API.',
    'Missing `reasoning_content` field in the assistant message at message index 2.',
    'thinking is enabled but reasoning_content is missing in assistant tool call message at index 1',
  ]

  async function asMessages(message: string) {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }]
    const hello = { role: 'user', content: 'Hi' }
    const stage = openWith(CALLED, refusing(400, message), GOOD)
    const first = await stage.post('/v1/messages', { max_tokens: 9, tools, messages: [hello] })
    const { content } = (await first.json()) as Json
    const result = { type: 'tool_result', tool_use_id: 'c1', content: 'r' }
    const messages = [hello, { role: 'assistant', content }, { role: 'user', content: [result] }]
    return { stage, last: await stage.post('/v1/messages', { max_tokens: 9, tools, messages }) }
  }

  async function asResponses(message: string) {
    const tools = [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }]
    const stage = openWith(CALLED, refusing(400, message), GOOD)
    const first = await stage.post('/v1/responses', { tools, input: 'Hi' })
    const { output } = (await first.json()) as { output: Json[] }
    const result = { type: 'function_call_output', call_id: 'c1', output: 'r' }
    const input = [{ role: 'user', content: 'Hi' }, ...output, result]
    return { stage, last: await stage.post('/v1/responses', { tools, input }) }
  }

  it.each(
    WANTED.flatMap((words) => [
      ['messages', asMessages, words] as const,
      ['responses', asResponses, words] as const,
    ]),
  )('gets them from callers of another dialect: %s', async (_, talk, words) => {
    const { stage, last } = await talk(words)
    expect(told(last)).toEqual([200, '2', null])
    expect(stage.messages().map((all) => all[1]?.['reasoning_content'])).toEqual([
      undefined,
      undefined,
      'Hm.',
    ])
  })
})
