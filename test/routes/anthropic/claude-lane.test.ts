import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { chunkFrames, claudeEvents, claudeReply } from '../../fakes/claude-answers.ts'
import { CLAUDE, eventsOf, HELLO, jsonOf, lastAsked, NOVA, stageAws } from './stage.ts'

const fake = await bedrockOfFile()

const said = claudeReply([{ type: 'text', text: 'Hi.' }])
const refusal = (message: string) => ({
  status: 400,
  errorType: 'ValidationException',
  body: { message },
})

describe('Claude in its own dialect', () => {
  it('is asked by InvokeModel with the body as it came', async () => {
    fake.script({ body: { ...said, stop_details: null } })
    const thinking = { type: 'enabled', budget_tokens: 1024, display: 'summarized' }
    const body = { messages: HELLO, thinking, max_tokens: 2000, unheard_of: { a: 1 } }
    const answer = await stageAws(fake).ask(body, { 'anthropic-version': '2023-06-01' })

    const { model: _, id, ...rest } = await jsonOf(answer)
    const { model: __, id: ___, ...given } = said as Record<string, unknown>
    expect(rest).toEqual({ ...given, stop_details: null })
    expect(id).toMatch(/^msg_/)
    const asked = lastAsked(fake)
    expect(asked.path).toBe(`/model/${encodeURIComponent(CLAUDE)}/invoke`)
    expect(asked.body).toEqual({ anthropic_version: 'bedrock-2023-05-31', ...body })
    expect(answer.headers.get('x-token-usage-input')).toBe('17')
    expect(answer.headers.get('request-id')).toBe(answer.headers.get('x-request-id'))
  })

  it('streams what it says without our words between', async () => {
    const events = claudeEvents(['Hé', 'llo', ' "you"\n'])
    fake.script({ frames: chunkFrames(events), cutEvery: 97 })
    const answer = await stageAws(fake).ask({ messages: HELLO, stream: true })
    const told = await eventsOf(answer)
    const [start, ...others] = told.map(({ data }) => data)
    expect(start).toMatchObject({
      type: 'message_start',
      message: { model: CLAUDE, usage: { input_tokens: 12, cache_read_input_tokens: 5 } },
    })
    expect(others).toEqual([...events.slice(1, -1), { type: 'message_stop' }])
    expect(told.map(({ event }) => event)).toEqual(events.map(({ type }) => type))
    expect(lastAsked(fake).path).toMatch(/\/invoke-with-response-stream$/)
    expect(lastAsked(fake).body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 100,
      messages: HELLO,
    })
  })

  it('is metered all the same', async () => {
    fake.script({ frames: chunkFrames(claudeEvents(['Hi'])) })
    const staged = stageAws(fake)
    await (await staged.ask({ messages: HELLO, stream: true })).text()
    expect(staged.log().at(-1)).toMatchObject({
      outcome: 'answered',
      stop_reason: 'end-turn',
      served_model_id: CLAUDE,
      region: 'us-east-1',
      usage: { input_tokens: 17, output_tokens: 7, cached_tokens: 5 },
    })
  })

  it('breaks off with an error event and nothing after it', async () => {
    const events = claudeEvents(['Hi']).slice(0, 3)
    const exception = { exception: 'modelStreamErrorException', payload: { message: 'gone' } }
    fake.script({ frames: [...chunkFrames(events), exception] })
    const told = await eventsOf(await stageAws(fake).ask({ messages: HELLO, stream: true }))
    expect(told.slice(1, 3).map(({ data }) => data)).toEqual(events.slice(1))
    expect(told.slice(3)).toEqual([
      {
        event: 'error',
        data: {
          type: 'error',
          error: {
            type: 'api_error',
            message: 'The request could not be completed. Retry the request.',
          },
          request_id: expect.any(String),
        },
      },
    ])
  })

  it('says in Anthropic’s words which tool Bedrock does not have', async () => {
    // Recorded; Anthropic runs these tools itself, on its own platform only.
    const message =
      "tools.0: Input tag 'web_search_20250305' found using 'type' does not match any of the expected tags: 'bash_20250124', 'custom', 'text_editor_20250124'"
    fake.script(refusal(message))
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
    const answer = await stageAws(fake).ask({ messages: HELLO, tools })
    expect([answer.status, await jsonOf(answer)]).toMatchObject([
      400,
      { type: 'error', error: { type: 'invalid_request_error', message } },
    ])
    const other = await stageAws(fake).ask({ model: NOVA, messages: HELLO, tools })
    expect([other.status, await jsonOf(other)]).toMatchObject([
      400,
      {
        error: {
          type: 'invalid_request_error',
          message: `tools: The model ${NOVA} has no tool "web_search".`,
        },
      },
    ])
  })

  it('tells of a failure before the first event by status, not in a stream', async () => {
    fake.script({ frames: [{ exception: 'throttlingException', payload: { message: 'slow' } }] })
    const answer = await stageAws(fake).ask({ messages: HELLO, stream: true })
    expect(answer.status).toBe(429)
    expect(await jsonOf(answer)).toMatchObject({ error: { type: 'rate_limit_error' } })
  })

  it('unites the flags of header and body, and names what it lost', async () => {
    fake.script({ body: said })
    const answer = await stageAws(fake).ask(
      { messages: HELLO, anthropic_beta: ['context-1m-2025-08-07'], speed: 'fast' },
      { 'anthropic-beta': 'interleaved-thinking-2025-05-14, fast-mode-2026-02-01' },
    )
    expect(lastAsked(fake).body['anthropic_beta']).toEqual([
      'context-1m-2025-08-07',
      'interleaved-thinking-2025-05-14',
    ])
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe(
      'anthropic_beta.fast-mode-2026-02-01, speed',
    )
  })

  it('is asked once more without the flags it calls invalid', async () => {
    fake.script(refusal('invalid beta flag'))
    fake.script({ body: said })
    const betas = { 'anthropic-beta': 'context-1m-2025-08-07' }
    const answer = await stageAws(fake).ask({ messages: HELLO }, betas)
    expect(answer.status).toBe(200)
    expect(lastAsked(fake).body).not.toHaveProperty('anthropic_beta')
    expect(answer.headers.get('x-outcrop-attempts')).toBe('2')
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe(
      'anthropic_beta.context-1m-2025-08-07',
    )
  })

  it('is asked once more without each field it does not permit', async () => {
    fake.script(refusal('thinking.enabled.display: Extra inputs are not permitted'))
    fake.script(refusal('some_field: Extra inputs are not permitted'))
    fake.script({ body: said })
    const thinking = { type: 'enabled', budget_tokens: 1024, display: 'omitted' }
    const body = { messages: HELLO, max_tokens: 2000, thinking, some_field: 1 }
    const answer = await stageAws(fake).ask(body)
    expect(answer.status).toBe(200)
    expect(lastAsked(fake).body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 2000,
      messages: HELLO,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    })
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe('thinking.display, some_field')
  })

  it('brings a thought back whole that its caller did not want to see', async () => {
    const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2VhbA==' }
    const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
    fake.script({ body: { ...said, content: [thought, call], stop_reason: 'tool_use' } })
    const asked = {
      max_tokens: 2000,
      thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' },
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    }
    const { ask } = stageAws(fake)
    const { content } = (await (await ask({ ...asked, messages: HELLO })).json()) as {
      content: object[]
    }
    expect(content).toEqual([
      { type: 'thinking', thinking: '', signature: expect.any(String) },
      call,
    ])
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }
    const answered = { role: 'user', content: [result] }
    const messages = [...HELLO, { role: 'assistant', content }, answered]
    await ask({ ...asked, messages })
    expect(lastAsked(fake).body).toMatchObject({
      messages: [...HELLO, { role: 'assistant', content: [thought, call] }, answered],
    })
  })

  describe('system turns between the others', () => {
    const messages = [...HELLO, { role: 'system', content: 'Be brief.' }]
    const betas = { 'anthropic-beta': 'mid-conversation-system-2026-04-07' }
    const folded = { system: [{ type: 'text', text: 'Be brief.' }], messages: HELLO }

    it.each([
      'anthropic.claude-opus-4-8',
      'us.anthropic.claude-opus-5',
      'anthropic.claude-sonnet-5-5',
    ])('stay where they are for %s', async (model) => {
      fake.script({ body: said })
      const answer = await stageAws(fake).ask({ model, messages }, betas)
      expect(lastAsked(fake).body).toMatchObject({ messages })
      expect(lastAsked(fake).body).not.toHaveProperty('system')
      expect(answer.headers.get('x-outcrop-ignored-params')).toBeNull()
    })

    it.each([CLAUDE, 'anthropic.claude-sonnet-5'])(
      'go into the system prompt of %s',
      async (model) => {
        fake.script({ body: said })
        await stageAws(fake).ask({ model, messages })
        expect(lastAsked(fake).body).toMatchObject(folded)
      },
    )

    it('go there as well where a model refuses them after all', async () => {
      fake.script(refusal("messages.1.role: role 'system' is not supported on this model"))
      fake.script({ body: said })
      const answer = await stageAws(fake).ask({ model: 'anthropic.claude-opus-5', messages })
      expect(answer.status).toBe(200)
      expect(lastAsked(fake).body).toMatchObject(folded)
    })
  })

  it('tells what it refuses for good in its own words', async () => {
    fake.script(refusal('messages.0.content: text content blocks must be non-empty'))
    const answer = await stageAws(fake).ask({ messages: HELLO })
    expect(answer.status).toBe(400)
    expect(await jsonOf(answer)).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('text content blocks must be non-empty'),
      },
    })
  })

  it('is told of guardrail and labels in headers', async () => {
    fake.script({
      body: { ...said, 'amazon-bedrock-guardrailAction': 'INTERVENED', stop_reason: 'end_turn' },
    })
    const answer = await stageAws(fake).ask(
      { messages: HELLO, metadata: { user_id: 'someone' }, service_tier: 'standard_only' },
      {
        'x-amzn-bedrock-guardrailidentifier': 'gr1',
        'x-amzn-bedrock-guardrailversion': '3',
        'x-amzn-bedrock-trace': 'enabled',
        'x-request-id': 'r-1',
      },
    )
    const { headers, body } = lastAsked(fake)
    expect(headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'gr1',
      'x-amzn-bedrock-guardrailversion': '3',
      'x-amzn-bedrock-trace': 'ENABLED',
    })
    expect(JSON.parse(String(headers['x-amzn-bedrock-request-metadata']))).toMatchObject({
      request_id: 'r-1',
      user_id: 'someone',
    })
    expect(headers).not.toHaveProperty('x-amzn-bedrock-service-tier')
    expect(body['metadata']).toEqual({ user_id: 'someone' })
    expect(await jsonOf(answer)).toMatchObject({ stop_reason: 'refusal' })
  })
})

describe('whoever else is asked', () => {
  it('goes through Converse: models of other families', async () => {
    const answer = await stageAws(fake).ask({ model: NOVA, messages: HELLO })
    expect(await jsonOf(answer)).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hello there.' }],
      usage: { input_tokens: 9, output_tokens: 4 },
    })
    expect(lastAsked(fake).path).toBe(`/model/${encodeURIComponent(NOVA)}/converse`)
  })

  it('goes through Converse: Claude in another dialect', async () => {
    await stageAws(fake).send('/v1/chat/completions', { model: CLAUDE, messages: HELLO })
    expect(lastAsked(fake).path).toBe(`/model/${encodeURIComponent(CLAUDE)}/converse`)
  })
})

describe('a model that is asked by an ARN which does not tell what it leads to', () => {
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456'
  const env = { AWS_BEDROCK_MODEL_ARN_MAPPING: JSON.stringify({ [CLAUDE]: arn }) }
  const flags = ['context-1m-2025-08-07']

  it('has the flags of the model', async () => {
    fake.catalogue({ fails: { '/': refusal('No.') } })
    fake.script({ body: said })
    const answer = await stageAws(fake, env).ask(
      { messages: HELLO },
      { 'anthropic-beta': flags[0]! },
    )
    expect(answer.headers.get('x-outcrop-ignored-params')).toBeNull()
    const { path, body } = lastAsked(fake)
    expect(path).toBe(`/model/${encodeURIComponent(arn)}/invoke`)
    expect(body['anthropic_beta']).toEqual(flags)
  })

  it('is counted for by the id of the model', async () => {
    fake.catalogue({ fails: { '/': refusal('No.') } })
    fake.script(refusal('The provided model does not support counting tokens.'))
    fake.script({ body: { inputTokens: 77 } })
    const answer = await stageAws(fake, env).count({ messages: HELLO })
    expect(await jsonOf(answer)).toEqual({ input_tokens: 77 })
    const model = encodeURIComponent(CLAUDE.replace('us.', ''))
    expect(lastAsked(fake).path).toBe(`/model/${model}/count-tokens`)
  })
})

describe('what InvokeModel is told in headers', () => {
  const haiku = 'us.anthropic.claude-3-5-haiku-20241022-v1:0'

  it.each([
    ['x-amzn-bedrock-performanceconfig-latency', 'optimized', haiku, null],
    ['x-amzn-bedrock-performanceconfig-latency', 'optimized', CLAUDE, 'latency'],
    ['x-amzn-bedrock-service-tier', 'flex', CLAUDE, 'service_tier'],
  ])('is %s: %s where %s takes it', async (name, value, model, ignored) => {
    fake.script({ body: said })
    const answer = await stageAws(fake).ask({ model, messages: HELLO }, { [name]: value })
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe(ignored)
    expect(lastAsked(fake).headers[name]).toBe(ignored ? undefined : value)
  })
})
