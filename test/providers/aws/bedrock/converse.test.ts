import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../../app/config.ts'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../../app/conversation/events.ts'
import { GatewayError } from '../../../../app/errors.ts'
import type { ChatModel, ReplyStream } from '../../../../app/ports/models.ts'
import { createAwsProvider } from '../../../../app/providers/aws/index.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { createDigest } from '../../../../runtimes/digest.ts'
import { type FakeBedrock, type Script, startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { type FakeFrame, textFrames, textReply } from '../../../fakes/fake-bedrock-frames.ts'

let fake: FakeBedrock
let lines: string[] = []
beforeEach(async () => {
  fake = await startFakeBedrock()
  lines = []
})
afterEach(() => fake.close())

const NOVA = 'us.amazon.nova-micro-v1:0'

/** The provider as a server has it, its AWS the fake. */
function provider(env: Record<string, string> = {}) {
  const all = {
    AWS_ENDPOINT_URL: fake.url,
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...env,
  }
  return createAwsProvider({
    config: readConfig(all),
    runtime: {
      env: all,
      transport: createUndiciTransport(),
      digest: createDigest(),
      log: { write: (line) => void lines.push(line) },
    },
  })
}

async function chatOf(id: string, env: Record<string, string> = {}): Promise<ChatModel> {
  const found = await provider(env).find(id)
  return found!.chat!
}

const asking = (text: string, more: Partial<Conversation> = {}): Conversation => ({
  model: NOVA,
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text }] }],
  tools: [],
  settings: {},
  stream: false,
  ...more,
})

const call = (signal = new AbortController().signal) => ({ requestId: 'req-1', signal })

async function drain(events: ReplyStream): Promise<ReplyEvent[]> {
  const all: ReplyEvent[] = []
  for (let batch = await events.read(); batch; batch = await events.read()) all.push(...batch)
  return all
}

const textOf = (events: ReplyEvent[]) =>
  events.map((event) => (event.type === 'part-delta' ? event.text : '')).join('')

const failure = (promise: Promise<unknown>): Promise<GatewayError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (thrown) => thrown,
  )

describe('a whole answer', () => {
  it('is asked of Converse and comes back with who served it', async () => {
    fake.script({ body: textReply('Four.') })
    const chat = await chatOf(NOVA)
    const { reply, served } = await chat.reply(asking('2+2?'), call())
    expect(fake.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/model/us.amazon.nova-micro-v1%3A0/converse',
      json: { messages: [{ role: 'user', content: [{ text: '2+2?' }] }] },
    })
    expect(reply.parts).toEqual([{ type: 'text', text: 'Four.' }])
    expect(reply.end).toMatchObject({ reason: 'end-turn', usage: { input: 9, output: 4 } })
    expect(served).toEqual({
      provider: 'aws',
      model: NOVA,
      region: 'us-east-1',
      attempts: 1,
      ignored: [],
    })
  })

  it('names the settings the model could not honour', async () => {
    const chat = await chatOf('openai.gpt-oss-120b-1:0')
    const { served } = await chat.reply(
      asking('Hi', { settings: { stop: ['x'], seed: 1 } }),
      call(),
    )
    expect([...served.ignored].sort()).toEqual(['seed', 'stop'])
    expect(fake.requests.at(-1)?.text).not.toMatch(/stopSequences|seed/)
  })

  it('that is no JSON is the upstream’s failure', async () => {
    fake.script({ body: '<html>' })
    const chat = await chatOf(NOVA)
    expect(await failure(chat.reply(asking('Hi'), call()))).toMatchObject({ code: 'upstream' })
  })

  it('is dropped at AWS when the caller leaves', async () => {
    fake.script({ until: new Promise(() => {}) })
    const leaving = new AbortController()
    const asked = failure((await chatOf(NOVA)).reply(asking('Hi'), call(leaving.signal)))
    await fake.waitForRequest()
    leaving.abort()
    await fake.waitForAbort()
    expect(await asked).toMatchObject({ code: 'caller-left' })
  })
})

describe('where a model is asked', () => {
  it.each([
    [{ AWS_BEDROCK_REGIONS: 'eu-west-1,us-east-1' }, NOVA, 'eu-west-1'],
    [{ AWS_REGION: 'ap-south-1', AWS_DEFAULT_REGION: 'eu-west-1' }, NOVA, 'ap-south-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1' }, NOVA, 'eu-west-1'],
    [
      {
        AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2',
        AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
      },
      'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abcdef123456',
      'us-west-2',
    ],
  ])('with %j and %s', async (env, id, region) => {
    const { served } = await (await chatOf(id, env)).reply(asking('Hi'), call())
    expect(served.region).toBe(region)
    expect(fake.requests.at(-1)?.headers['authorization']).toContain(`/${region}/bedrock/`)
    expect(fake.requests.at(-1)?.path).toBe(`/model/${encodeURIComponent(id)}/converse`)
  })

  it('a region that is none stops the start', () => {
    expect(() =>
      provider({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_REGION: 'mars' }),
    ).toThrow('"mars" is not the name of an AWS region.')
  })
})

describe('a streamed answer', () => {
  it('is asked of ConverseStream and told event by event', async () => {
    fake.script({ frames: textFrames(['One ', 'two', '.']) })
    const { events, served } = await (await chatOf(NOVA)).stream(asking('Count'), call())
    const told = await drain(events)
    expect(fake.requests.at(-1)?.path).toBe('/model/us.amazon.nova-micro-v1%3A0/converse-stream')
    expect(textOf(told)).toBe('One two.')
    expect(told.at(-1)).toMatchObject({ type: 'reply-end', reason: 'end-turn' })
    expect(served.attempts).toBe(1)
  })

  it('loses nothing to bytes cut anywhere', async () => {
    for (const cutEvery of [1, 7, 64]) {
      fake.forget()
      fake.script({ frames: textFrames(['One ', 'two', '.']), cutEvery })
      const { events } = await (await chatOf(NOVA)).stream(asking('Count'), call())
      expect(textOf(await drain(events))).toBe('One two.')
    }
  })

  it('fails as an error when its first frame is an exception (status 200 or not)', async () => {
    const frames: FakeFrame[] = [
      { exception: 'throttlingException', payload: { message: 'Too many tokens' } },
    ]
    fake.script({ frames })
    const error = await failure((await chatOf(NOVA)).stream(asking('Hi'), call()))
    expect(error).toMatchObject({ code: 'rate-limit', status: 429 })
    expect(String(error.cause)).toContain('c0ffee00-0000-4000-8000-000000000001')
  })

  it('that breaks later fails while it is read', async () => {
    const frames: FakeFrame[] = [
      ...textFrames(['Half']).slice(0, 2),
      { exception: 'modelStreamErrorException', payload: { message: 'gone' } },
    ]
    fake.script({ frames, delayBetween: 20 })
    const { events } = await (await chatOf(NOVA)).stream(asking('Hi'), call())
    expect(await failure(drain(events))).toMatchObject({ code: 'upstream' })
  })

  it.each<[string, Script]>([
    ['ends without its last frame', { frames: textFrames(['Half']).slice(0, 2) }],
    ['is reset', { frames: textFrames(['Half', 'half']), resetAfter: 2 }],
  ])('that %s is told as broken off', async (_, script) => {
    fake.script(script)
    const { events } = await (await chatOf(NOVA)).stream(asking('Hi'), call())
    const error = await failure(drain(events))
    expect(error).toBeInstanceOf(GatewayError)
    expect(error.status).toBe(502)
  })

  it('begins after FIRST_FRAME_WAIT even when AWS is silent, and can be stopped', async () => {
    fake.script({ frames: textFrames(['late']), stallAfter: 0 })
    const chat = await chatOf(NOVA, { FIRST_FRAME_WAIT: '0.05' })
    const { events } = await chat.stream(asking('Hi'), call())
    const read = events.read().catch((error: GatewayError) => error)
    events.cancel()
    await fake.waitForAbort()
    expect(await read).not.toBeInstanceOf(Array)
  })

  it('is dropped at AWS when the caller leaves before its first frame', async () => {
    fake.script({ frames: textFrames(['late']), stallAfter: 0 })
    const leaving = new AbortController()
    const asked = failure((await chatOf(NOVA)).stream(asking('Hi'), call(leaving.signal)))
    await fake.waitForRequest()
    leaving.abort()
    await fake.waitForAbort()
    expect(await asked).toMatchObject({ code: 'caller-left' })
  })

  it('is dropped at AWS when it is no longer read', async () => {
    fake.script({ frames: textFrames(['One ', 'two']), stallAfter: 2 })
    const { events } = await (await chatOf(NOVA)).stream(asking('Hi'), call())
    await events.read()
    events.cancel()
    await fake.waitForAbort()
    expect(fake.aborted()).toBe(1)
  })
})

describe('a refusal that names a field', () => {
  const refusal = (message: string): Script => ({
    status: 400,
    errorType: 'ValidationException',
    body: { message },
  })
  const STOP =
    "This model doesn't support the stopSequences field. Remove stopSequences and try again."

  it.each(['reply', 'stream'] as const)('is answered once without it: %s', async (way) => {
    fake.script(refusal(STOP))
    fake.script(way === 'reply' ? { body: textReply('Well.') } : { frames: textFrames(['Well.']) })
    const chat = await chatOf('newcomer.thinker-v1:0')
    const conversation = asking('Hi', { settings: { stop: ['END'], maxTokens: 9 } })
    const { served } = await chat[way](conversation, call())
    expect(served).toMatchObject({ attempts: 2, ignored: ['stop'] })
    expect(fake.requests.map(({ json }) => json)).toMatchObject([
      { inferenceConfig: { maxTokens: 9, stopSequences: ['END'] } },
      { inferenceConfig: { maxTokens: 9 } },
    ])
    expect(fake.requests[1]?.text).not.toContain('stopSequences')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        type: 'provider',
        level: 'warning',
        date: expect.any(String),
        message: 'A model refused part of a request; it is asked again without.',
        id: 'req-1',
        model: 'newcomer.thinker-v1:0',
        region: 'us-east-1',
        refused: ['stop'],
      },
    ])
  })

  it('is passed on when leaving it out changes nothing, or when it comes again', async () => {
    fake.script(refusal(STOP))
    const chat = await chatOf('newcomer.thinker-v1:0')
    expect(await failure(chat.reply(asking('Hi'), call()))).toMatchObject({ status: 400 })
    expect(fake.requests).toHaveLength(1)

    const stopping = asking('Hi', { settings: { stop: ['END'] } })
    expect(await failure(chat.reply(stopping, call()))).toMatchObject({
      status: 400,
      message: STOP,
      attempts: 2,
    })
    expect(fake.requests).toHaveLength(3)
  })
})

describe('find', () => {
  it('knows ids, profiles and ARNs without any catalogue, and no other name', async () => {
    const { find } = provider()
    expect(find('gpt-4o')).toBeUndefined()
    expect(find('claude-sonnet-4-5')).toBeUndefined()
    expect(await find('stability.sd3-5-large-v1:0')).toMatchObject({ card: { provider: 'aws' } })
    expect((await find('stability.sd3-5-large-v1:0'))?.chat).toBeUndefined()
    expect(await find('newcomer.thinker-v1:0')).toMatchObject({
      card: {
        id: 'newcomer.thinker-v1:0',
        provider: 'aws',
        owner: 'unknown',
        created: 0,
        input: ['text'],
        output: ['text'],
        streaming: true,
        tools: true,
      },
    })
    expect(fake.listings).toEqual([])
  })

  it('knows what was listed once it was', async () => {
    const { find, list } = provider({
      AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
    })
    fake.catalogue({
      models: [{ modelId: 'amazon.nova-micro-v1:0', modelName: 'Nova Micro' }],
      profiles: [
        {
          inferenceProfileId: 'abcdef123456',
          type: 'APPLICATION',
          models: [{ modelArn: 'arn:aws:bedrock:::foundation-model/amazon.nova-micro-v1:0' }],
        },
      ],
    })
    expect(find('abcdef123456')).toBeUndefined()
    expect((await list()).map(({ id }) => id)).toEqual(['amazon.nova-micro-v1:0', 'abcdef123456'])
    expect((await find('abcdef123456'))?.chat).toBeDefined()
    expect((await find('amazon.nova-micro-v1:0'))?.card.name).toBe('Nova Micro')
  })
})
