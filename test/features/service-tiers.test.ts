import { describe, expect, it } from 'vitest'
import { textFrames, textReply } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const TIER = 'x-amzn-bedrock-service-tier'
const LATENCY = 'x-amzn-bedrock-performanceconfig-latency'

async function tierOf(body: Json, headers: Record<string, string> = {}, env = {}) {
  const response = await bedrock.open(env).ask(body, headers)
  return { tier: bedrock.sent().at(-1)?.['serviceTier'], ignored: ignoredBy(response) }
}

/** Has the next stream told what served it. */
function streams(served: Json): void {
  const frames = textFrames(['Hi.'])
  const metadata = frames.at(-1) as { event: string; payload: Json }
  const told = { event: 'metadata', payload: { ...metadata.payload, ...served } }
  bedrock.fake.script({ frames: [...frames.slice(0, -1), told] })
}

describe('service_tier', () => {
  it.each([
    ['auto', undefined, []],
    ['default', { type: 'default' }, []],
    ['standard', { type: 'default' }, []],
    ['flex', { type: 'flex' }, []],
    ['priority', { type: 'priority' }, []],
    ['fast', { type: 'priority' }, []],
    ['reserved', { type: 'reserved' }, []],
    ['scale', undefined, ['service_tier']],
  ])('%s', async (service_tier, tier, ignored) => {
    expect(await tierOf({ service_tier })).toEqual({ tier, ignored })
  })

  it('is left out for models that are served in one tier', async () => {
    expect(await tierOf({ model: MODELS.claude, service_tier: 'priority' })).toEqual({
      tier: undefined,
      ignored: ['service_tier'],
    })
  })

  it('may stand in a header, which the body overrules', async () => {
    expect((await tierOf({}, { [TIER]: 'flex' })).tier).toEqual({ type: 'flex' })
    expect((await tierOf({ service_tier: 'priority' }, { [TIER]: 'flex' })).tier).toEqual({
      type: 'priority',
    })
  })

  it('has a default by the beginning of the id, the longest first', async () => {
    const env = {
      DEFAULT_MODEL_SERVICE_TIERS: '{"amazon.":"priority","amazon.nova-2":"flex","openai":"flex"}',
    }
    expect((await tierOf({}, {}, env)).tier).toEqual({ type: 'flex' })
    expect((await tierOf({ service_tier: 'auto' }, {}, env)).tier).toEqual({ type: 'flex' })
    expect((await tierOf({ service_tier: 'default' }, {}, env)).tier).toEqual({ type: 'default' })
    const fixed = { ...env, AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE: 'false' }
    expect(await tierOf({ service_tier: 'priority' }, {}, fixed)).toEqual({
      tier: { type: 'flex' },
      ignored: ['service_tier'],
    })
  })

  it('is answered with the tier that served, whole and streamed', async () => {
    const served = { serviceTier: { type: 'default' } }
    bedrock.fake.script({ body: { ...(textReply('Hi.') as Json), ...served } })
    const whole = await bedrock.open().ask({ service_tier: 'flex' })
    expect(await whole.json()).toMatchObject({ service_tier: 'default' })

    bedrock.fake.forget()
    streams(served)
    const stream = await bedrock.open().ask({
      service_tier: 'flex',
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = chunksOf(await stream.text())
    expect(chunks.slice(-2)).toMatchObject([
      { service_tier: 'default', choices: [{ finish_reason: 'stop' }] },
      { service_tier: 'default', usage: { total_tokens: 13 } },
    ])
  })
})

describe('latency', () => {
  const NOVA_PRO = 'us.amazon.nova-pro-v1:0'

  it('is asked for in the body or in a header', async () => {
    await bedrock.open().ask({ model: NOVA_PRO, performanceConfig: { latency: 'optimized' } })
    await bedrock.open().ask({ model: NOVA_PRO }, { [LATENCY]: 'Optimized' })
    expect(bedrock.sent().map((body) => body['performanceConfig'])).toEqual([
      { latency: 'optimized' },
      { latency: 'optimized' },
    ])
  })

  it.each(['us.meta.llama3-1-70b-instruct-v1:0', 'us.anthropic.claude-3-5-haiku-20241022-v1:0'])(
    'is asked of %s, which has it in some regions, and of others once',
    async (model) => {
      const message = `Latency performance configuration is not supported for ${model} in us-east-1`
      bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
      bedrock.fake.script({ body: bedrock.reply('Hello.') })
      const response = await bedrock.open().ask({ model }, { [LATENCY]: 'optimized' })
      expect(bedrock.sent().map((body) => body['performanceConfig'])).toEqual([
        { latency: 'optimized' },
        undefined,
      ])
      expect(ignoredBy(response)).toEqual(['performanceConfig'])
    },
  )

  it('is answered with what served, whole and streamed', async () => {
    const asked = { model: NOVA_PRO, performanceConfig: { latency: 'optimized' } }
    const served = { performanceConfig: { latency: 'standard' } }
    bedrock.fake.script({ body: { ...(textReply('Hi.') as Json), ...served } })
    const whole = await bedrock.open().ask(asked)
    expect(await whole.json()).toMatchObject(served)

    bedrock.fake.forget()
    streams(served)
    const stream = await bedrock.open().ask({ ...asked, stream: true })
    expect(chunksOf(await stream.text()).at(-1)).toMatchObject({
      ...served,
      choices: [{ finish_reason: 'stop' }],
    })
  })

  it('is left out for models without it', async () => {
    const response = await bedrock.open().ask({}, { [LATENCY]: 'optimized' })
    expect(bedrock.sent()[0]).not.toHaveProperty('performanceConfig')
    expect(ignoredBy(response)).toEqual(['performanceConfig'])
  })
})

it.each([
  [TIER, 'turbo'],
  [LATENCY, 'fast'],
  ['x-amzn-bedrock-trace', 'yes'],
  ['x-amzn-bedrock-guardrailstreamprocessingmode', 'later'],
])('refuses what it does not know in %s', async (name, value) => {
  const response = await bedrock.open().ask({}, { [name]: value })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { type: 'invalid_request_error', param: name, code: 'invalid_value' },
  })
})
