import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { chunkFrames, claudeEvents, claudeReply } from '../../fakes/claude-answers.ts'
import { textFrames, textReply } from '../../fakes/fake-bedrock-frames.ts'
import { CLAUDE, eventsOf, HELLO, jsonOf, NOVA, stageAws } from './stage.ts'

const fake = await bedrockOfFile()

const VERSION = { 'anthropic-version': '2026-10-21' }
const EMBEDDED = { PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' }

const CALL = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
const TEXT = [{ type: 'text', text: 'Hi' }]
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }

async function errorOf(answer: Response) {
  const { type, error, request_id: id } = await jsonOf(answer)
  expect(type).toBe('error')
  expect(id).toBe(answer.headers.get('request-id'))
  return { status: answer.status, ...(error as object) }
}

describe('paths', () => {
  it.each([
    '/anthropic/v1/messages',
    '/anthropic/v1/messages?beta=true',
    '/v1/messages',
    '/v1/messages?beta=true',
  ])('answers messages at %s', async (path) => {
    const { send } = stageAws(fake)
    const answer = await send(path, { model: NOVA, max_tokens: 9, messages: HELLO })
    expect(await jsonOf(answer)).toMatchObject({ type: 'message', model: NOVA })
  })

  it.each(['/anthropic', '/anthropic/api/hello', '/api/hello'])(
    'tells at %s that it is there to whoever asks',
    async (path) => {
      const { app } = stageAws(fake, { API_KEY: 'secret' })
      expect((await app.request(path, { method: 'HEAD' })).status).toBe(200)
    },
  )

  it('stands below the prefix the operator likes', async () => {
    const { send } = stageAws(fake, { ANTHROPIC_ROUTES_PREFIX: '/claude/api/' })
    const body = { model: NOVA, max_tokens: 9, messages: HELLO }
    expect((await send('/claude/api/v1/messages', body)).status).toBe(200)
    expect((await send('/anthropic/v1/messages', body)).status).toBe(404)
  })

  it.each(['2023-06-01', '2026-10-21', undefined])('takes the version %s', async (version) => {
    const headers = version ? { 'anthropic-version': version } : undefined
    const { ask } = stageAws(fake)
    expect((await ask({ model: NOVA, messages: HELLO }, headers)).status).toBe(200)
  })
})

describe('errors', () => {
  const cases: [name: string, body: Record<string, unknown>, message: string | RegExp][] = [
    ['no limit', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['no messages', { messages: undefined }, 'messages: Field required'],
    [
      'a strange role',
      { messages: [{ role: 'tool', content: 'x' }] },
      "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ],
    [
      'a block without its text',
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages.0.content.0.text.text: Field required',
    ],
    [
      'a budget over the limit',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      /budget_tokens.*max_tokens/,
    ],
    [
      'too many marks',
      {
        messages: [
          {
            role: 'user',
            content: Array.from({ length: 5 }, () => ({
              type: 'text',
              text: 'x',
              cache_control: { type: 'ephemeral' },
            })),
          },
        ],
      },
      /^messages\.0\.content\.4\.cache_control.*maximum of 4 blocks.*Found 5/,
    ],
    [
      'a call that nobody but the model can have made',
      { messages: [{ role: 'user', content: [CALL] }] },
      'messages.0: `tool_use` blocks can only be in `assistant` messages',
    ],
    [
      'a thought that nobody but the model can have had',
      { messages: [{ role: 'user', content: [{ type: 'redacted_thinking', data: 'AA' }] }] },
      'messages.0: `redacted_thinking` blocks can only be in `assistant` messages',
    ],
    [
      'a result that the model cannot have given',
      { messages: [...HELLO, { role: 'assistant', content: [CALL, RESULT] }] },
      'messages.1: `tool_result` blocks can only be in `user` messages',
    ],
  ]

  it.each(cases)('are worded as Anthropic words them: %s', async (_, body, message) => {
    const answer = await stageAws(fake).ask({ messages: HELLO, ...body })
    const error = await errorOf(answer)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(error).toEqual({
      ...error,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect(fake.requests).toEqual([])
  })

  it.each([CLAUDE, NOVA])(
    'tell %s’s callers of a prompt that is too long so that they compact it',
    async (model) => {
      // Claude Code and others look for these words; Bedrock has its own.
      const message = 'Input is too long for requested model.'
      fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
      const answer = await stageAws(fake).ask({ model, messages: HELLO })
      expect(await errorOf(answer)).toMatchObject({
        status: 400,
        type: 'invalid_request_error',
        message: `prompt is too long: ${message}`,
      })
    },
  )

  it.each([
    ['/anthropic/v1/models?limit=0', 'limit: Input should be greater than or equal to 1'],
    ['/v1/models?limit=1001', 'limit: Input should be less than or equal to 1000'],
    ['/anthropic/v1/models?limit=x', 'limit: Input should be a valid number'],
    ['/v1/files?limit=0', 'limit: Input should be greater than or equal to 1'],
  ])('are worded so of queries as well: %s', async (path, message) => {
    const answer = await stageAws(fake, EMBEDDED).get(path, VERSION)
    const error = await errorOf(answer)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', message })
  })

  it('say so when nobody has the model', async () => {
    const answer = await stageAws(fake).ask({ model: 'no-such-model', messages: HELLO })
    expect(await errorOf(answer)).toMatchObject({ status: 404, type: 'not_found_error' })
  })

  it('say so when the body is too large', async () => {
    const { ask } = stageAws(fake, { MAX_BODY_BYTES: '2000' })
    const answer = await ask({ messages: [{ role: 'user', content: 'x'.repeat(3000) }] })
    expect(await errorOf(answer)).toMatchObject({ status: 413, type: 'request_too_large' })
  })

  it('have 529 for overload', async () => {
    const none = { status: 503, errorType: 'ServiceUnavailableException', body: { message: 'no' } }
    fake.script(none)
    const { ask } = stageAws(fake)
    const answer = await ask({ messages: HELLO })
    expect(await errorOf(answer)).toMatchObject({ status: 529, type: 'overloaded_error' })
  })

  it('say when to come back', async () => {
    fake.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'slow down' } })
    const answer = await stageAws(fake).ask({ messages: HELLO })
    expect(await errorOf(answer)).toMatchObject({ status: 429, type: 'rate_limit_error' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('keep the form for keys, unknown paths and methods', async () => {
    const { get, send } = stageAws(fake, { API_KEY: 'secret' })
    const unkeyed = await errorOf(await send('/v1/messages', {}))
    expect(unkeyed).toMatchObject({ status: 401, type: 'authentication_error' })
    const models = await errorOf(await get('/v1/models/x', { ...VERSION, 'x-api-key': 'secret' }))
    expect(models).toMatchObject({ status: 404, type: 'not_found_error' })
    const key = { authorization: 'Bearer secret' }
    const lost = await errorOf(await get('/anthropic/v1/nothing', key))
    expect(lost).toMatchObject({ status: 404, type: 'not_found_error' })
    const method = await errorOf(await get('/anthropic/v1/messages', key))
    expect(method).toMatchObject({ status: 405, type: 'invalid_request_error' })
  })
})

describe('what only Claude could have done', () => {
  it.each([NOVA, 'embedded-chat'])('is named, blocks as well: %s', async (model) => {
    const env = model === NOVA ? {} : EMBEDDED
    const messages = [{ role: 'user', content: [{ type: 'hologram' }, ...TEXT] }]
    const answer = await stageAws(fake, env).ask({ model, messages })
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe('hologram')
  })

  const ephemeral = { type: 'ephemeral', ttl: '1h', scope: 'global' }
  const tool = {
    name: 'f',
    input_schema: { type: 'object' },
    cache_control: ephemeral,
    defer_loading: true,
    eager_input_streaming: true,
    input_examples: [{ a: 1 }],
  }

  it('is named where another model is asked', async () => {
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: ephemeral }] },
    ]
    const answer = await stageAws(fake).ask(
      { model: NOVA, messages, tools: [tool, { ...tool, name: 'g' }], container: 'c' },
      { 'anthropic-beta': 'context-1m-2025-08-07,files-api-2025-04-14' },
    )
    expect(answer.headers.get('x-outcrop-ignored-params')?.split(', ').toSorted()).toEqual([
      'anthropic_beta.context-1m-2025-08-07',
      'cache_control',
      'cache_control.scope',
      'cache_control.ttl',
      'container',
      'tools.defer_loading',
      'tools.eager_input_streaming',
      'tools.input_examples',
    ])
  })

  it('is nothing where it was not asked for', async () => {
    const plain = { defer_loading: false, eager_input_streaming: null, input_examples: [] }
    const tools = [{ name: 'f', input_schema: { type: 'object' }, ...plain }]
    const answer = await stageAws(fake).ask(
      { model: NOVA, messages: HELLO, tools },
      { 'anthropic-beta': 'message-threads-2026-08-12' },
    )
    expect(answer.headers.get('x-outcrop-ignored-params')).toBeNull()
  })

  it('is a prompt that is only kept: others say the one word they must', async () => {
    const answer = await stageAws(fake).ask({ model: NOVA, messages: HELLO, max_tokens: 0 })
    expect(answer.status).toBe(200)
    expect(fake.requests.at(-1)!.json).toMatchObject({ inferenceConfig: { maxTokens: 1 } })
  })
})

describe('count_tokens', () => {
  it('asks AWS for the id as called, then for the model behind the profile', async () => {
    fake.script({
      status: 400,
      errorType: 'ValidationException',
      body: { message: 'The provided model identifier is invalid.' },
    })
    fake.script({ body: { inputTokens: 42 } })
    const answer = await stageAws(fake).count({ messages: HELLO, system: 'Be brief.' })
    expect(await jsonOf(answer)).toEqual({ input_tokens: 42 })
    expect(answer.headers.get('x-outcrop-token-count')).toBe('model')
    const base = CLAUDE.replace('us.', '')
    expect(fake.requests.map(({ path }) => decodeURIComponent(path))).toEqual([
      `/model/${CLAUDE}/count-tokens`,
      `/model/${base}/count-tokens`,
    ])
    const { input } = fake.requests[1]!.json as { input: { invokeModel: { body: string } } }
    expect(JSON.parse(Buffer.from(input.invokeModel.body, 'base64').toString())).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 64_000,
      messages: HELLO,
      system: 'Be brief.',
    })
  })

  it.each([
    ['AWS counts for neither', CLAUDE],
    ['the model cannot be asked to count', NOVA],
  ])('estimates, and says so, when %s', async (_, model) => {
    fake.script({ status: 500, errorType: 'InternalServerException', body: { message: 'no' } })
    const answer = await stageAws(fake).count({
      model,
      messages: [{ role: 'user', content: 'x'.repeat(350) }],
    })
    expect(await jsonOf(answer)).toEqual({ input_tokens: 104 })
    expect(answer.headers.get('x-outcrop-token-count')).toBe('estimate')
  })

  it('is exact for embedded models', async () => {
    const { count, ask } = stageAws(fake, EMBEDDED)
    const body = { model: 'embedded-chat', messages: HELLO }
    const counted = await count(body)
    const { usage } = await jsonOf(await ask({ ...body, max_tokens: 500 }))
    expect(counted.headers.get('x-outcrop-token-count')).toBe('model')
    expect(await jsonOf(counted)).toEqual({
      input_tokens: (usage as { input_tokens: number }).input_tokens,
    })
  })

  it('refuses what is no request', async () => {
    const answer = await stageAws(fake).count({ messages: 'Hello' })
    expect(await errorOf(answer)).toMatchObject({
      status: 400,
      message: 'messages: Input should be a valid list',
    })
  })
})

describe('answers of other models', () => {
  it('name the sequence they stopped at where there was only one', async () => {
    const stopped = { ...(textReply('Up to here') as object), stopReason: 'stop_sequence' }
    const frames = textFrames(['Up to here']).map((frame) =>
      'event' in frame && frame.event === 'messageStop'
        ? { ...frame, payload: { stopReason: 'stop_sequence' } }
        : frame,
    )
    const { ask } = stageAws(fake)
    const asked = { model: NOVA, messages: HELLO, stop_sequences: ['END'] }
    fake.script({ body: stopped })
    fake.script({ frames })
    fake.script({ body: stopped })
    const ending = { stop_reason: 'stop_sequence', stop_sequence: 'END' }
    expect(await jsonOf(await ask(asked))).toMatchObject(ending)
    const events = await eventsOf(await ask({ ...asked, stream: true }))
    expect(events.find(({ event }) => event === 'message_delta')!.data['delta']).toEqual(ending)
    const either = await jsonOf(await ask({ ...asked, stop_sequences: ['END', 'STOP'] }))
    expect(either).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: null })
  })

  it('say that they were given the words of a document alone, not its pictures', async () => {
    const picture = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
    const content = [
      { type: 'text', text: 'A chart:' },
      { type: 'image', source: picture },
    ]
    const messages = [
      { role: 'user', content: [{ type: 'document', source: { type: 'content', content } }] },
    ]
    const answer = await stageAws(fake).ask({ model: NOVA, messages })
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe('document.source.content.image')
  })
})

describe('the count of a stream', () => {
  const usagesOf = async (answer: Response) => {
    const events = await eventsOf(answer)
    const { message } = events[0]!.data as { message: { usage: object } }
    return [message.usage, events.find(({ event }) => event === 'message_delta')!.data['usage']]
  }

  it('comes at its end where Converse tells it there: nothing is made up at its start', async () => {
    fake.script({ frames: textFrames(['Hi']) })
    const answer = await stageAws(fake).ask({ model: NOVA, messages: HELLO, stream: true })
    expect(await usagesOf(answer)).toMatchObject([
      { input_tokens: 0, output_tokens: 0 },
      { input_tokens: expect.toSatisfy((count: number) => count > 0) },
    ])
    expect(fake.requests.map(({ path }) => path)).toEqual([
      expect.stringMatching(/converse-stream$/),
    ])
  })
})

describe('message threads', () => {
  const said = (text: string) => ({ body: claudeReply([{ type: 'text', text }]) })
  const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] })
  const create = { thread: { type: 'create' } }
  const continueFrom = (id: unknown) => ({ thread: { type: 'continue', previous_message_id: id } })
  const sent = () => (fake.requests.at(-1)!.json as { messages: unknown[] }).messages

  it('remember the conversation, its system prompt and its tools', async () => {
    const { ask } = stageAws(fake)
    const mark = { cache_control: { type: 'ephemeral' } }
    fake.script(said('One.'))
    fake.script(said('Two.'))
    const marked = { role: 'user', content: [{ type: 'text', text: 'First', ...mark }] }
    const first = await ask({ messages: [marked], system: 'Count.', ...create })
    const { id } = await jsonOf(first)
    const second = await ask({ messages: [user('Second')], ...continueFrom(id) })
    expect(await jsonOf(second)).toMatchObject({ content: [{ text: 'Two.' }] })
    expect(fake.requests.at(-1)!.json).toMatchObject({ system: 'Count.' })
    expect(sent()).toEqual([
      user('First'),
      { role: 'assistant', content: [{ type: 'text', text: 'One.' }] },
      user('Second'),
    ])
  })

  it('go on once from every answer', async () => {
    const { ask } = stageAws(fake)
    fake.script(said('Well.'))
    const { id } = await jsonOf(await ask({ messages: HELLO, ...create }))
    expect((await ask({ messages: HELLO, ...continueFrom(id) })).status).toBe(200)
    expect(await errorOf(await ask({ messages: HELLO, ...continueFrom(id) }))).toMatchObject({
      status: 400,
      details: { error_code: 'thread_already_continued' },
    })
  })

  it('are continued by one request at a time', async () => {
    const { ask } = stageAws(fake)
    fake.script(said('Well.'))
    const { id } = await jsonOf(await ask({ messages: HELLO, ...create }))
    const again = () => ask({ messages: HELLO, ...continueFrom(id) })
    fake.forget()
    const held = Promise.withResolvers<void>()
    fake.script({ ...said('Held.'), until: held.promise })
    const first = again()
    await fake.waitForRequest(2)
    expect(await errorOf(await again())).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      details: { error_code: 'thread_continue_in_flight' },
    })
    held.resolve()
    expect((await first).status).toBe(200)
    expect(await errorOf(await again())).toMatchObject({
      details: { error_code: 'thread_already_continued' },
    })
  })

  it('can be continued again where that failed, broke off or was left', async () => {
    const { ask } = stageAws(fake)
    fake.script(said('Well.'))
    const { id } = await jsonOf(await ask({ messages: HELLO, ...create }))
    const again = (more = {}) => ask({ messages: HELLO, ...continueFrom(id), ...more })
    fake.forget()
    fake.script({ status: 400, errorType: 'ValidationException', body: { message: 'No.' } })
    expect((await again()).status).toBe(400)
    fake.forget()
    fake.script({ frames: chunkFrames(claudeEvents(['Half']).slice(0, 3)) })
    const broken = await again({ stream: true })
    expect((await eventsOf(broken)).at(-1)).toMatchObject({
      event: 'error',
      data: { type: 'error', request_id: broken.headers.get('request-id') },
    })
    fake.forget()
    fake.script({ frames: chunkFrames(claudeEvents(['Slow'])), stallAfter: 3 })
    await (await again({ stream: true })).body!.cancel()
    await fake.waitForAbort()
    fake.forget()
    fake.script(said('At last.'))
    expect(await jsonOf(await again())).toMatchObject({ content: [{ text: 'At last.' }] })
  })

  it('are unknown to whoever did not begin them here', async () => {
    const { ask } = stageAws(fake)
    expect(await errorOf(await ask({ messages: HELLO, ...continueFrom('msg_x') }))).toMatchObject({
      status: 404,
      type: 'not_found_error',
      details: { error_code: 'thread_not_found' },
    })
  })

  it('do not change what they were created with', async () => {
    const { ask } = stageAws(fake)
    fake.script(said('Well.'))
    const { id } = await jsonOf(await ask({ messages: HELLO, system: 'A', ...create }))
    expect(
      await errorOf(await ask({ messages: HELLO, system: 'B', ...continueFrom(id) })),
    ).toMatchObject({
      status: 400,
      details: { error_code: 'thread_fingerprint_mismatch' },
    })
  })

  it('are refused as documented where none are kept', async () => {
    const { ask } = stageAws(fake, { MESSAGE_THREADS: 'false' })
    expect(await errorOf(await ask({ messages: HELLO, ...create }))).toMatchObject({
      status: 400,
      details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    })
  })
})
