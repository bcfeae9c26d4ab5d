import { describe, expect, it } from 'vitest'
import { createEventStreamDecoder } from '../../../app/codecs/event-stream/event-stream.ts'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { chunkFrames, claudeEvents, claudeReply } from '../../fakes/claude-answers.ts'
import { textReply } from '../../fakes/fake-bedrock-frames.ts'
import { type Json, lastBody, MODEL, stageNative } from './stage.ts'

const fake = await bedrockOfFile()

const CLAUDE_BODY = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
}

const jsonOf = async (answer: Response) => (await answer.json()) as Json

function chunksIn(bytes: ArrayBuffer): Json[] {
  return createEventStreamDecoder()
    .read(new Uint8Array(bytes))
    .map(({ payload }) => JSON.parse(payload) as { bytes: string })
    .map(({ bytes: base64 }) => JSON.parse(Buffer.from(base64, 'base64').toString()))
}

describe('InvokeModel', () => {
  it("asks Claude in Claude's words, with the options of the headers", async () => {
    const cached = { cache_read_input_tokens: 5, cache_creation_input_tokens: 6 }
    const said = claudeReply([{ type: 'text', text: 'Hi.' }]) as { usage: object }
    fake.script({ body: { ...said, usage: { ...said.usage, ...cached } } })
    const answer = await stageNative(fake).post('invoke', CLAUDE_BODY, {
      headers: {
        'x-amzn-bedrock-guardrailidentifier': 'gr1',
        'x-amzn-bedrock-guardrailversion': '2',
        'x-amzn-bedrock-trace': 'ENABLED',
        'x-amzn-bedrock-request-metadata': '{"team":"blue"}',
      },
    })
    expect(await jsonOf(answer)).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hi.' }],
    })
    expect(answer.headers.get('x-amzn-bedrock-output-token-count')).toBe('7')
    expect(answer.headers.get('x-amzn-bedrock-input-token-count')).toBe('12')
    expect(answer.headers.get('x-amzn-bedrock-cache-read-input-token-count')).toBe('5')
    expect(answer.headers.get('x-amzn-bedrock-cache-write-input-token-count')).toBe('6')
    expect(answer.headers.get('x-outcrop-ignored-params')).toBeNull()
    expect(lastBody(fake)).toEqual(CLAUDE_BODY)
    const { headers } = fake.requests.at(-1)!
    expect(headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'gr1',
      'x-amzn-bedrock-guardrailversion': '2',
      'x-amzn-bedrock-trace': 'ENABLED',
    })
    expect(JSON.parse(headers['x-amzn-bedrock-request-metadata']!)).toMatchObject({ team: 'blue' })
  })

  it('takes a wildcard with a body of Titan, whose form alone does not tell that it chats', async () => {
    fake.catalogue({ models: [{ modelId: 'amazon.nova-lite-v1:0', outputModalities: ['TEXT'] }] })
    fake.script({ body: textReply('Hello.') })
    const body = { inputText: 'Hi' }
    const answer = await stageNative(fake).post('invoke', body, { model: 'amazon.nova-l*' })
    expect([answer.status, answer.headers.get('x-bedrock-model')]).toEqual([
      200,
      'amazon.nova-lite-v1:0',
    ])
  })

  it("answers in Claude's words whoever is asked", async () => {
    fake.script({ body: textReply('Hello.') })
    const answer = await stageNative(fake).post('invoke', CLAUDE_BODY, {
      model: 'amazon.nova-lite-v1:0',
    })
    expect(await jsonOf(answer)).toMatchObject({ content: [{ type: 'text', text: 'Hello.' }] })
    expect(fake.requests.at(-1)!.path).toMatch(/nova-lite.*\/converse$/)
  })

  it("streams Claude's events as chunks, the bill with the last", async () => {
    fake.script({ frames: chunkFrames(claudeEvents(['Hello', ' there'])), cutEvery: 37 })
    const answer = await stageNative(fake).post('invoke-with-response-stream', CLAUDE_BODY)
    expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
    expect(answer.headers.get('x-amzn-bedrock-content-type')).toBe('application/json')
    const chunks = chunksIn(await answer.arrayBuffer())
    expect(chunks.map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(chunks.at(-1)).toEqual({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: 12,
        outputTokenCount: 7,
        cacheReadInputTokenCount: 5,
      },
    })
  })

  it("hears OpenAI's bodies, and streams their chunks without [DONE]", async () => {
    const { post } = stageNative(fake)
    const body = { messages: [{ role: 'user', content: 'Hi' }] }
    const model = 'openai.gpt-oss-120b-1:0'
    const whole = await post('invoke', body, { model })
    expect(await jsonOf(whole)).toMatchObject({ object: 'chat.completion', model })
    const streamed = await post('invoke-with-response-stream', body, { model })
    const chunks = chunksIn(await streamed.arrayBuffer())
    expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true)
    expect(chunks.at(-1)).toHaveProperty('amazon-bedrock-invocationMetrics')
  })

  it('breaks off with an exception frame', async () => {
    const broken = { exception: 'modelStreamErrorException', payload: { message: 'x' } }
    fake.script({ frames: [...chunkFrames(claudeEvents(['Hi']).slice(0, 3)), broken] })
    const answer = await stageNative(fake).post('invoke-with-response-stream', CLAUDE_BODY)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(createEventStreamDecoder().read(bytes).at(-1)).toMatchObject({
      messageType: 'exception',
      type: 'modelStreamErrorException',
    })
  })

  it.each([
    ["Nova's body", { messages: [], inferenceConfig: {} }, 'Converse'],
    ["Llama's body", { prompt: 'Hi' }, 'Converse'],
    ['a fault in a body', { anthropic_version: 'v', messages: [] }, 'max_tokens'],
    ['nothing at all', {}, '`inputText`'],
  ])('refuses %s by name', async (_, body, word) => {
    const answer = await stageNative(fake).post('invoke', body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationException')
    expect((await jsonOf(answer))['message']).toContain(word)
    expect(fake.requests).toEqual([])
  })

  it('refuses labels that are none', async () => {
    const headers = { 'x-amzn-bedrock-request-metadata': '[1]' }
    const answer = await stageNative(fake).post('invoke', CLAUDE_BODY, { headers })
    expect(answer.status).toBe(400)
  })
})

describe('CountTokens', () => {
  const counted = async (input: object) => {
    const answer = await stageNative(fake).post('count-tokens', { input })
    return { ...(await jsonOf(answer)), by: answer.headers.get('x-outcrop-token-count') }
  }
  const base64 = (body: object) => Buffer.from(JSON.stringify(body)).toString('base64')

  it("is asked of AWS for Claude's bodies", async () => {
    fake.script({ body: { inputTokens: 8 } })
    expect(await counted({ invokeModel: { body: base64(CLAUDE_BODY) } })).toEqual({
      inputTokens: 8,
      by: 'model',
    })
  })

  it("is asked of AWS for Converse's bodies, with what it counts of them", async () => {
    fake.script({ status: 400, errorType: 'ValidationException', body: { message: 'A profile.' } })
    fake.script({ body: { inputTokens: 11 } })
    const converse = {
      messages: [{ role: 'user', content: [{ text: 'Hello, world!' }] }],
      system: [{ text: 'Be brief.' }],
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
      },
      additionalModelRequestFields: { anthropic_beta: ['context-1m-2025-08-07'] },
    }
    const asked = { input: { converse: { ...converse, inferenceConfig: { maxTokens: 5 } } } }
    const answer = await stageNative(fake).post('count-tokens', asked, { model: `us.${MODEL}` })
    expect(await jsonOf(answer)).toEqual({ inputTokens: 11 })
    expect(answer.headers.get('x-outcrop-token-count')).toBe('model')
    expect(fake.requests.map(({ path }) => path)).toEqual(
      [`us.${MODEL}`, MODEL].map((id) => `/model/${encodeURIComponent(id)}/count-tokens`),
    )
    expect(fake.requests.at(-1)!.json).toEqual({ input: { converse } })
  })

  it('is estimated where nobody counts', async () => {
    const messages = [{ role: 'user', content: [{ text: 'Hello there' }] }]
    expect(await counted({ converse: { messages } })).toEqual({
      inputTokens: expect.any(Number),
      by: 'estimate',
    })
  })

  it.each([{}, { invokeModel: { body: 'no base64!' } }, { invokeModel: { body: base64([]) } }])(
    'refuses what holds no request: %j',
    async (input) => {
      expect((await stageNative(fake).post('count-tokens', { input })).status).toBe(400)
    },
  )
})
