import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type Answer, chunkOf, completionOf, framesOf } from './scripted-server.ts'
import { framesIn, openStage } from './stage.ts'

type Json = Record<string, unknown>
type Stage = ReturnType<typeof openStage>

const LOCAL = {
  OPENAI_API_KEY: '',
  OPENAI_UPSTREAMS: JSON.stringify([
    { name: 'local', base_url: 'http://127.0.0.1:8001/v1', api_key: 'sk-of-local', models: ['*'] },
  ]),
}

const TOOLS = ['f', 'g'].map((name) => ({ type: 'function', function: { name, parameters: {} } }))

const streamed = (...chunks: unknown[]): Answer => ({ reads: framesOf(...chunks, '[DONE]') })

function openWith(...answers: Answer[]): Stage {
  const stage = openStage(LOCAL, [{ id: 'm' }])
  stage.answer(...answers)
  return stage
}

const asked = (more: Json) => ({ model: 'm', tools: TOOLS, ...more })

async function chatOf(answer: Answer, more: Json = {}) {
  const stage = openWith(answer)
  const response = await stage.chat(asked(more))
  return { stage, status: response.status, text: await response.text() }
}

const choicesIn = (text: string) =>
  framesIn(text).flatMap(({ choices }) => choices as Record<string, Json>[])

const message = (stage: Stage, more: Json = {}) =>
  stage.post('/v1/messages', {
    model: 'm',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  })

const usageOf = (stage: Stage) => stage.log().find(({ type }) => type === 'request').usage

describe('a content that is a list of pieces (Mistral)', () => {
  const THOUGHT = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }], closed: true }
  const PIECES = [THOUGHT, { type: 'reference', reference_ids: [1] }, { type: 'text', text: 'Hi' }]

  it('is a text with thoughts, as clients of OpenAI’s read it', async () => {
    const { text } = await chatOf({ body: completionOf({ content: PIECES }) })
    const [choice] = (JSON.parse(text) as { choices: { message: Json }[] }).choices
    expect(choice?.message).toMatchObject({ content: 'Hi', reasoning_content: 'Hm.' })
  })

  it('is so in a stream', async () => {
    const { text } = await chatOf(
      streamed(
        chunkOf({ role: 'assistant', content: [THOUGHT] }),
        chunkOf({ content: [{ type: 'text', text: 'Hi' }] }),
        chunkOf({ content: '' }, 'stop'),
      ),
      { stream: true },
    )
    expect(choicesIn(text).map(({ delta }) => delta)).toEqual([
      { role: 'assistant', content: null, reasoning_content: 'Hm.' },
      { content: 'Hi' },
      { content: '' },
    ])
  })

  it('is one to callers of another dialect', async () => {
    const response = await message(openWith({ body: completionOf({ content: PIECES }) }))
    expect(await response.json()).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Hi' },
      ],
    })
  })
})

it('a thought by the second of two names is one, where the first is empty', async () => {
  const stage = openWith(
    streamed(
      chunkOf({ reasoning_content: '', reasoning: 'Hm.' }),
      chunkOf({ content: 'Hi' }),
      chunkOf({}, 'stop'),
    ),
  )
  expect(await (await message(stage, { stream: true })).text()).toContain('"thinking":"Hm."')
})

it('a file among the annotations of a stream breaks nothing (OpenRouter)', async () => {
  const file = { type: 'file', file: { hash: 'h', name: 'a.pdf' } }
  const delta = { role: 'assistant', content: 'Hi', annotations: [file] }
  const answer = streamed(chunkOf(delta), chunkOf({}, 'stop'))
  const { text } = await chatOf(answer, { stream: true })
  expect(choicesIn(text)[0]?.['delta']).toEqual(delta)
  const other = await message(openWith(answer), { stream: true })
  expect(await other.text()).toContain('message_stop')
})

describe('calls in a stream', () => {
  const call = (more: Json, name?: string, args?: string) => ({
    ...more,
    function: {
      ...(name !== undefined && { name }),
      ...(args !== undefined && { arguments: args }),
    },
  })
  const deltaOf = (...calls: Json[]) => chunkOf({ role: 'assistant', tool_calls: calls })

  /** What OpenAI's own client makes of them. */
  async function heard(...chunks: unknown[]) {
    const stage = openWith(streamed(...chunks))
    const client = new OpenAI({
      apiKey: 'k',
      baseURL: 'http://gateway/v1',
      fetch: async (url, init) => stage.app.request(String(url), init as RequestInit),
    })
    const stream = client.chat.completions.stream(
      asked({ messages: [{ role: 'user', content: 'Hi' }] }) as never,
    )
    const [choice] = (await stream.finalChatCompletion()).choices
    return [choice?.finish_reason, choice?.message.tool_calls] as const
  }
  const made = (id: string, name: string, args: string) => ({
    id,
    type: 'function',
    function: expect.objectContaining({ name, arguments: args }),
  })

  it.each([
    ['the same index', { index: 0, id: '' }],
    ['no index', {}],
  ])('are two where they come whole, without ids and with %s (Gemini)', async (_, more) => {
    const [finish, calls] = await heard(
      deltaOf(call(more, 'f', '{"a":1}'), call(more, 'f', '{"a":2}')),
      deltaOf(call(more, 'g', '{}')),
      chunkOf({}, 'tool_calls'),
    )
    expect(finish).toBe('tool_calls')
    expect(calls).toEqual([
      made('call_chatcmplupstream_0', 'f', '{"a":1}'),
      made('call_chatcmplupstream_1', 'f', '{"a":2}'),
      made('call_chatcmplupstream_2', 'g', '{}'),
    ])
  })

  it('are one where the name is repeated without an id (llama.cpp)', async () => {
    const [, calls] = await heard(
      deltaOf(call({ index: 0 }, 'f', '{"a":')),
      deltaOf(call({ index: 0 }, 'f', '{"b":1}')),
      deltaOf(call({ index: 0 }, 'f', '}')),
      chunkOf({}, 'tool_calls'),
    )
    expect(calls).toEqual([made('call_chatcmplupstream_0', 'f', '{"a":{"b":1}}')])
  })

  it('have a type (Mistral leaves it out)', async () => {
    const [, calls] = await heard(
      deltaOf(call({ index: 0, id: 'x' }, 'f', '{}')),
      chunkOf({}, 'tool_calls'),
    )
    expect(calls).toEqual([made('x', 'f', '{}')])
  })

  it.each([
    ['the same', 'x'],
    ['another', 'y'],
  ])('say their id once, where %s comes in every delta (LiteLLM, vLLM)', async (_, id) => {
    const { text } = await chatOf(
      streamed(
        deltaOf(call({ index: 0, id: 'x', type: 'function' }, 'f', '{"a"')),
        deltaOf(call({ index: 0, id, type: 'function' }, id === 'x' ? 'f' : undefined, ':1}')),
        chunkOf({}, 'tool_calls'),
      ),
      { stream: true },
    )
    expect(choicesIn(text).map(({ delta }) => delta?.['tool_calls'])).toEqual([
      [call({ index: 0, id: 'x', type: 'function' }, 'f', '{"a"')],
      [call({ index: 0, type: 'function' }, undefined, ':1}')],
      undefined,
    ])
  })

  it('end it, unless one was forced, of which OpenAI says `stop` too (Gemini, Ollama)', async () => {
    const chunks = [deltaOf(call({ index: 0, id: 'x' }, 'f', '{}')), chunkOf({}, 'stop')]
    expect((await heard(...chunks))[0]).toBe('tool_calls')
    const { text } = await chatOf(streamed(...chunks), {
      stream: true,
      tool_choice: { type: 'function', function: { name: 'f' } },
    })
    expect(choicesIn(text).at(-1)?.['finish_reason']).toBe('stop')
    const tool_calls = [{ id: 'x', ...call({ type: 'function' }, 'f', '{}') }]
    const whole = await chatOf({ body: completionOf({ content: null, tool_calls }) })
    expect(whole.text).toContain('"finish_reason":"tool_calls"')
  })
})

it('a call of OpenAI’s own ends as it says, which may be `stop` (Mirascope/mirascope#256)', async () => {
  const stage = openStage()
  const tool_calls = [
    { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } },
  ]
  stage.answer(streamed(chunkOf({ role: 'assistant', tool_calls }), chunkOf({}, 'stop')))
  const more = { stream: true, tools: TOOLS, tool_choice: 'required' }
  const text = await (await stage.chat(more)).text()
  expect(choicesIn(text).at(-1)?.['finish_reason']).toBe('stop')
})

describe('a role that is missing', () => {
  it('is told first, and once (OpenAI’s JavaScript client throws without it)', async () => {
    const deltas = [{ content: 'H' }, { role: 'assistant', content: 'i' }]
    const chunks = [...deltas.map((delta) => chunkOf(delta)), chunkOf({}, 'stop')]
    const { text } = await chatOf(streamed(...chunks), { stream: true })
    expect(choicesIn(text).map(({ delta }) => delta)).toEqual([
      { role: 'assistant', content: 'H' },
      { content: 'i' },
      {},
    ])
  })

  it('is told of a whole answer too', async () => {
    const { text } = await chatOf({ body: completionOf({ role: undefined }) })
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { role: 'assistant' } }] })
  })
})

it.each([true, false])('a usage in `x_groq` alone is counted (Groq): %s', async (isLast) => {
  const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 }
  const x_groq = { id: 'req_1', usage }
  const stage = openWith(
    streamed(
      chunkOf({ role: 'assistant', content: 'Hi' }),
      chunkOf({}, 'stop', isLast ? { x_groq } : {}),
      ...(isLast ? [] : [{ ...chunkOf({}), choices: [], x_groq }]),
    ),
  )
  await (await stage.chat(asked({ stream: true }))).text()
  expect(usageOf(stage)).toMatchObject({ input_tokens: 12, output_tokens: 5 })
})

describe('an end that is none', () => {
  const endOf = (finish: string, more: Json = {}) => ({
    index: 0,
    message: { role: 'assistant', content: 'Half of' },
    finish_reason: finish,
    ...more,
  })
  it.each([
    ['error', { error: { code: 429, message: 'Provider is busy.' } }, 429],
    ['error', {}, 502],
    ['insufficient_system_resource', {}, 502],
  ])('is an error: %s %j', async (finish, more, status) => {
    const whole = await chatOf({ body: completionOf({}, { choices: [endOf(finish, more)] }) })
    expect(whole.status).toBe(status)
    const chunk = chunkOf({ content: 'Half of' }, finish)
    Object.assign(chunk.choices[0]!, more)
    const { text } = await chatOf(streamed(chunkOf({ content: 'Well' }), chunk), { stream: true })
    expect(text).toContain('"error":{')
    expect(text).not.toContain('[DONE]')
  })

  it('is one of a completion too', async () => {
    const endOf = (text: string, finish: string | null) => ({
      choices: [{ index: 0, text, finish_reason: finish }],
    })
    const complete = (stage: Stage, more: Json = {}) =>
      stage.post('/v1/completions', { model: 'm', prompt: 'x', ...more })
    const whole = openWith({ body: endOf('Half of', 'insufficient_system_resource') })
    expect((await complete(whole)).status).toBe(502)
    const stage = openWith(streamed(endOf('Half', null), endOf('', 'error')))
    const text = await (await complete(stage, { stream: true })).text()
    expect(text).toContain('upstream_error')
    expect(text).not.toContain('[DONE]')
  })

  it.each([
    ['model_length', 'model_context_window_exceeded'],
    ['SAFETY', 'refusal'],
    ['MAX_TOKENS', 'max_tokens'],
    ['eos', 'end_turn'],
    ['constructor', 'end_turn'],
  ])('%s is told in the words of the caller', async (finish, reason) => {
    const stage = openWith({ body: completionOf({}, { choices: [endOf(finish)] }) })
    expect(await (await message(stage)).json()).toMatchObject({ stop_reason: reason })
  })
})

it('a stream of sound may end without a reason, in the date until when it is kept (OpenAI)', async () => {
  const audio = [
    { role: 'assistant', audio: { id: 'audio_1', data: 'AAAA' } },
    { audio: { transcript: 'Hi' } },
    { audio: { expires_at: 1767225600 } },
  ]
  const chunks = audio.map((delta) => chunkOf(delta))
  const { text } = await chatOf(streamed(...chunks), { stream: true })
  expect(choicesIn(text).map(({ delta }) => delta)).toEqual(audio)
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  const broken = await chatOf(streamed(...chunks.slice(0, 2)), { stream: true })
  expect(broken.text).toContain('stream_incomplete')
})

it('thoughts that a server counts in the total alone are paid for (xAI, Gemini)', async () => {
  const usage = {
    prompt_tokens: 12,
    completion_tokens: 1,
    total_tokens: 399,
    completion_tokens_details: { reasoning_tokens: 386 },
  }
  const stage = openWith({ body: completionOf({}, { usage }) })
  expect(((await (await stage.chat(asked({}))).json()) as Json)['usage']).toEqual(usage)
  expect(usageOf(stage)).toMatchObject({ input_tokens: 12, output_tokens: 387, total_tokens: 399 })
})

describe('a server that does not know all of OpenAI', () => {
  const LIMIT = {
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    type: 'invalid_request_error',
    param: 'max_tokens',
    code: 'unsupported_parameter',
  }

  it('is told the limit by the other name once it has refused the first (Azure)', async () => {
    const stage = openWith({ status: 400, body: { error: LIMIT } }, { body: completionOf({}) })
    const first = await message(stage)
    expect([first.status, first.headers.get('x-outcrop-attempts')]).toEqual([200, '2'])
    const second = await stage.chat(asked({ max_tokens: 7 }))
    expect(second.headers.get('x-outcrop-attempts')).toBe('1')
    expect(
      stage.bodies().map((body) => [body['max_tokens'], body['max_completion_tokens']]),
    ).toEqual([
      [100, undefined],
      [undefined, 100],
      [undefined, 7],
    ])
  })

  it('is asked once where nothing of ours is refused', async () => {
    const stage = openWith({ status: 400, body: { error: LIMIT } })
    expect((await stage.chat(asked({}))).status).toBe(400)
    expect(stage.asked).toHaveLength(1)
  })

  it('hears `system` for `developer` (DeepSeek, Ollama), and OpenAI hears what was said', async () => {
    const messages = [
      { role: 'developer', content: 'Be brief.', name: 'us' },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'Briefer.' },
      { role: 'user', content: 'Hi?' },
    ]
    const stage = openWith({ body: completionOf({}) })
    await stage.chat(asked({ messages }))
    expect(stage.bodies()[0]!['messages']).toEqual(
      messages.map((one) => ({ ...one, role: one.role === 'user' ? 'user' : 'system' })),
    )
    const openai = openStage()
    openai.answer({ body: completionOf({}) })
    await openai.chat({ messages })
    expect(openai.bodies()[0]!['messages']).toEqual(messages)
  })
})

describe('an error that stands in an answer', () => {
  const error = { code: 400, message: 'You sent sk-of-local.', param: 'sk-of-local' }
  const choice = { index: 0, delta: { content: 'Hi' }, finish_reason: 'error', error }
  const unended = framesOf(chunkOf({}, null, { choices: [choice] }))[0]!.trimEnd()
  it.each([
    ['whole', { body: { error } }, {}],
    ['first in a stream', streamed({ error }), { stream: true }],
    ['later in a stream', streamed(chunkOf({ content: 'Hi' }), { error }), { stream: true }],
    ['in the last line of a stream, unended', { reads: [unended] }, { stream: true }],
  ])('never repeats a key: %s', async (_, answer, more) => {
    const { text, stage } = await chatOf(answer, more)
    expect(text).toContain('You sent [secret].')
    expect(text + stage.lines.join()).not.toContain('sk-of-local')
  })

  it('that tells of the length is known by its sentence (vLLM)', async () => {
    const said = "This model's maximum context length is 8 tokens. However, you requested 9 tokens."
    const body = { object: 'error', message: said, type: 'BadRequestError', param: null, code: 400 }
    const { text } = await chatOf({ status: 400, body })
    expect(JSON.parse(text)).toEqual({
      error: expect.objectContaining({ message: said, code: 'context_length_exceeded' }),
    })
  })
})
