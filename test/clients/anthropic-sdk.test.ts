import Anthropic, { type APIError } from '@anthropic-ai/sdk'
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { chunkFrames, claudeEvents, claudeReply } from '../fakes/claude-answers.ts'
import { type FakeBedrock, startFakeBedrock } from '../fakes/fake-bedrock.ts'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const NOVA = 'amazon.nova-lite-v1:0'

let fake: FakeBedrock
let server: Running
beforeAll(async () => {
  fake = await startFakeBedrock()
  server = await launch(node, {
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
    API_KEY: 'secret',
    STATE_DIR: 'memory',
  })
})
afterEach(() => fake.forget())
afterAll(async () => {
  await server.end()
  await fake.close()
})

const client = (options: object = {}) =>
  new Anthropic({
    baseURL: `${server.url}/anthropic`,
    apiKey: 'secret',
    maxRetries: 0,
    ...options,
  })

const HELLO = [{ role: 'user' as const, content: 'Hello' }]
const hello = { max_tokens: 100, messages: HELLO }
const call = (id: string, input: object) => ({ type: 'tool_use', id, name: 'add', input })

describe('messages', () => {
  it.each([
    ['its prefix', '/anthropic'],
    ['the root', ''],
  ])('are answered at %s', async (_, path) => {
    fake.script({ body: claudeReply([{ type: 'text', text: 'Hi.' }]) })
    const asked = client({ baseURL: server.url + path })
    const message = await asked.messages.create({ model: CLAUDE, ...hello })
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'Hi.' }],
      stop_reason: 'end_turn',
    })
    expect(message._request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('are answered to a bearer of the key, and refused to others', async () => {
    const bearer = client({ apiKey: null, authToken: 'secret' })
    expect(await bearer.messages.create({ model: NOVA, ...hello })).toMatchObject({ model: NOVA })
    const stranger = client({ apiKey: 'wrong' }).messages.create({ model: NOVA, ...hello })
    await expect(stranger).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
  })

  it.each([
    ['Claude', CLAUDE],
    ['Nova', NOVA],
  ])('stream from %s into the same message', async (_, model) => {
    if (model === CLAUDE) {
      fake.script({ frames: chunkFrames(claudeEvents(['Hello', ' there', '.'])), cutEvery: 61 })
    }
    const stream = client().messages.stream({ model, ...hello })
    const pieces: string[] = []
    stream.on('text', (text) => pieces.push(text))
    const message = await stream.finalMessage()
    expect(pieces).toEqual(['Hello', ' there', '.'])
    expect(message).toMatchObject({
      model,
      content: [{ type: 'text', text: 'Hello there.' }],
      stop_reason: 'end_turn',
    })
  })

  it('raise the errors the SDK has for them', async () => {
    const { messages } = client()
    const unknown = messages.create({ model: 'nobody', ...hello })
    await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError)
    const invalid = messages.create({ model: CLAUDE, max_tokens: 1, messages: [] })
    const error: APIError = await invalid.then(
      () => expect.fail('it was answered'),
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error.requestID).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('break off with an error the SDK throws', async () => {
    const broken = { exception: 'throttlingException', payload: { message: 'slow down' } }
    fake.script({ frames: [...chunkFrames(claudeEvents(['Hi']).slice(0, 3)), broken] })
    const stream = client().messages.stream({ model: CLAUDE, ...hello })
    await expect(stream.finalMessage()).rejects.toThrow(/rate_limit_error/)
  })
})

describe('the tool runner', () => {
  const add = betaZodTool({
    name: 'add',
    description: 'Adds',
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    run: ({ a, b }) => String(a + b),
  })
  const ask = () =>
    client().beta.messages.toolRunner({
      model: CLAUDE,
      max_tokens: 100,
      messages: HELLO,
      tools: [add],
    })

  it('sends only what is new, for the thread is kept here', async () => {
    fake.requests.length = 0
    const tools = { stop_reason: 'tool_use' }
    fake.script({ body: claudeReply([call('toolu_1', { a: 1, b: 2 })], tools) })
    fake.script({ body: claudeReply([call('toolu_2', { a: 3, b: 4 })], tools) })
    fake.script({ body: claudeReply([{ type: 'text', text: '3 and 7.' }]) })
    expect(await ask()).toMatchObject({ content: [{ type: 'text', text: '3 and 7.' }] })

    const bodies = fake.requests.map(({ json }) => json as { messages: { content: unknown }[] })
    expect(bodies.map(({ messages }) => messages.length)).toEqual([1, 3, 5])
    expect(bodies[2]).toMatchObject({
      tools: [{ name: 'add' }],
      messages: [
        { role: 'user', content: 'Hello' },
        { content: [{ id: 'toolu_1', input: { a: 1, b: 2 } }] },
        { content: [{ tool_use_id: 'toolu_1', content: '3' }] },
        { content: [{ id: 'toolu_2' }] },
        { content: [{ tool_use_id: 'toolu_2', content: '7' }] },
      ],
    })
    expect(bodies[2]).not.toHaveProperty('thread')
    expect(bodies[2]).not.toHaveProperty('anthropic_beta')
  })

  it('does so while it streams', async () => {
    fake.requests.length = 0
    const [start, , , , , stop] = claudeEvents(['x'])
    const called = [
      start,
      { type: 'content_block_start', index: 0, content_block: call('toolu_1', {}) },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"a":1,"b":2}' },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      stop,
    ]
    fake.script({ frames: chunkFrames(called) })
    fake.script({ frames: chunkFrames(claudeEvents(['Three.'])) })
    const runner = client().beta.messages.toolRunner({
      model: CLAUDE,
      max_tokens: 100,
      messages: HELLO,
      tools: [add],
      stream: true,
    })
    let text = ''
    for await (const stream of runner) {
      stream.on('text', (piece) => {
        text += piece
      })
      await stream.done()
    }
    expect(text).toBe('Three.')
    expect(fake.requests.at(-1)?.json).toMatchObject({
      messages: [
        { content: 'Hello' },
        { content: [{ id: 'toolu_1', input: { a: 1, b: 2 } }] },
        { content: [{ tool_use_id: 'toolu_1', content: '3' }] },
      ],
    })
  })
})

describe('what is around messages', () => {
  it('counts tokens', async () => {
    fake.script({ body: { inputTokens: 8 } })
    const { messages } = client()
    expect(await messages.countTokens({ model: CLAUDE, messages: HELLO })).toEqual({
      input_tokens: 8,
    })
  })

  it('lists and describes models', async () => {
    fake.catalogue({
      models: [
        {
          modelId: NOVA,
          modelName: 'Nova Lite',
          providerName: 'Amazon',
          inputModalities: ['TEXT'],
          outputModalities: ['TEXT'],
          responseStreamingSupported: true,
          inferenceTypesSupported: ['ON_DEMAND'],
        },
      ],
    })
    for (const baseURL of [server.url, `${server.url}/anthropic`]) {
      const ids: string[] = []
      for await (const model of client({ baseURL }).models.list({ limit: 1 })) ids.push(model.id)
      expect(ids).toContain(NOVA)
      expect(await client({ baseURL }).models.retrieve(NOVA)).toMatchObject({
        type: 'model',
        id: NOVA,
      })
    }
  })
})
