import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textReply } from '../../fakes/fake-bedrock-frames.ts'
import { type FakeRegions, startFakeRegions, TROUBLES } from '../../fakes/fake-regions.ts'
import { EU_CATALOGUE, US_CATALOGUE } from '../../fakes/two-region-catalogue.ts'
import { CLAUDE, NOVA, serve, servedBy } from './served-regions.ts'

const [US, EU] = ['us-east-1', 'eu-central-1'] as const

let aws: FakeRegions
beforeEach(async () => {
  aws = await startFakeRegions([US, EU])
  aws.of(US).catalogue(US_CATALOGUE)
  aws.of(EU).catalogue(EU_CATALOGUE)
})
afterEach(() => aws.close())

/** A server whose catalogue is in. */
async function listed(env: Record<string, string> = {}) {
  const served = serve({ ...aws.env, ...env })
  await served.get('/v1/models')
  return served
}

const refusal = async (response: Response) => {
  const { error } = (await response.json()) as { error: Record<string, unknown> }
  return { status: response.status, ...error }
}

describe('a name', () => {
  it.each([
    [NOVA, NOVA],
    [CLAUDE, `us.${CLAUDE}`],
    [`eu.${CLAUDE}`, `eu.${CLAUDE}`],
    ['claude-sonnet-4-5', `us.${CLAUDE}`],
    ['claude-sonnet-4-5-20250929', `us.${CLAUDE}`],
    ['claude-sonnet-latest', `us.${CLAUDE}`],
    ['nova-lite', NOVA],
    ['nova-micro-v1:0', 'amazon.nova-micro-v1:0'],
    ['gpt-4o', 'amazon.nova-pro-v1:0'],
    ['gpt-4o-mini', NOVA],
    ['gpt-4.1-nano', 'amazon.nova-micro-v1:0'],
    ['o3', `us.${CLAUDE}`],
    ['claude-fable-9', 'global.anthropic.claude-fable-9'],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', `us.${CLAUDE}`],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', `us.${CLAUDE}`],
    ['anthropic.claude-f*', 'global.anthropic.claude-fable-9'],
    ['amazon.nova-l?te-*', NOVA],
  ])('%s is asked as %s', async (name, asked) => {
    const { chat } = await listed()
    const response = await chat(name)
    expect(response.status).toBe(200)
    expect(servedBy(response).model).toBe(asked)
    expect(((await response.json()) as { model: string }).model).toBe(name)
  })

  it('that stands for another is in the log with what it led to', async () => {
    const { chat, log } = await listed()
    await chat('anthropic.claude-v2')
    await chat('claude-sonnet-4-5')
    await chat(NOVA)
    const lines = log().filter(({ path }) => path === '/v1/chat/completions')
    expect(lines.map(({ resolved_by }) => resolved_by)).toEqual(['successor', 'alias', undefined])
    expect(lines[0]).toMatchObject({
      model_id: 'anthropic.claude-v2',
      served_model_id: `us.${CLAUDE}`,
    })
  })

  it('nobody knows is a 404 with the names most like it', async () => {
    const { chat } = await listed()
    const unknown = {
      status: 400,
      errorType: 'ValidationException',
      body: { message: 'The provided model identifier is invalid.' },
    }
    aws.of(US).script(unknown)
    expect(await refusal(await chat('amazon.nova-lite-v9:0'))).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      message: expect.stringContaining('`amazon.nova-lite-v1:0`'),
    })
    expect(await refusal(await chat('zzzzzz'))).toMatchObject({
      status: 404,
      message: 'The model `zzzzzz` does not exist or you do not have access to it.',
    })
  })

  it('with a wildcard that fits several models equally is a 400 with the candidates', async () => {
    const { chat } = await listed()
    expect(await refusal(await chat('amazon.nova-*'))).toMatchObject({
      status: 400,
      param: 'model',
      message: expect.stringMatching(/several models: .*nova-lite.*nova-micro/),
    })
    expect(await refusal(await chat('a*'))).toMatchObject({ status: 400 })
    expect(await refusal(await chat('anthropic.claude-opus-*'))).toMatchObject({ status: 404 })
    expect(await refusal(await chat('amazon.titan-embed*'))).toMatchObject({ status: 404 })
  })

  it('of another kind of model is refused as such', async () => {
    const { chat } = await listed()
    expect(await refusal(await chat('text-embedding-3-small'))).toMatchObject({
      status: 400,
      message: 'The model `text-embedding-3-small` is not a chat model. Ask it at /v1/embeddings.',
    })
  })

  it.each([
    ['application-inference-profile/abcdef123456', 'APPLICATION_INFERENCE_PROFILE'],
    [`inference-profile/us.${CLAUDE}`, 'CROSS_REGION_INFERENCE_PROFILE'],
    ['prompt-router/mine', 'PROMPT_ROUTER'],
    ['prompt/ABCDEFGHIJ', 'PROMPT'],
    ['imported-model/abc', 'IMPORTED_MODEL'],
    ['provisioned-model/abc', 'PROVISIONED_MODEL'],
    ['custom-model-deployment/abc', 'CUSTOM_MODEL'],
    ['foundation-model/amazon.nova-lite-v1:0', 'FOUNDATION_MODEL'],
  ])('that is the ARN of %s needs leave', async (resource, flag) => {
    const arn = `arn:aws:bedrock:${US}:123456789012:${resource}`
    const variable = `AWS_BEDROCK_ALLOW_${flag}_ARN`
    expect(await refusal(await serve(aws.env).chat(arn))).toMatchObject({
      status: 400,
      param: 'model',
      message: expect.stringContaining(`${variable}=true`),
    })
    const allowed = await serve({ ...aws.env, [variable]: 'true' }).chat(arn)
    expect(servedBy(allowed)).toMatchObject({ model: arn, region: US })
  })
})

describe('an ARN that does not tell its model', () => {
  const profile = `arn:aws:bedrock:${US}:123456789012:application-inference-profile/abcdef123456`
  const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }

  it.each([
    ['embeddings', { input: 'a' }, 'not an embedding model'],
    ['images/generations', { prompt: 'a' }, 'not an image model'],
  ])('is refused at /v1/%s where the catalogue cannot tell either', async (path, body, words) => {
    for (const region of [US, EU]) aws.of(region).catalogue({ fails: { '/': denied } })
    const allowed = { AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true' }
    const { app } = serve({ ...aws.env, ...allowed })
    const asked = { method: 'POST', body: JSON.stringify({ model: profile, ...body }) }
    expect(await refusal(await app.request(`/v1/${path}`, asked))).toMatchObject({
      status: 400,
      param: 'model',
      message: expect.stringContaining(words),
    })
  })
})

describe('the configuration', () => {
  it('names models of its own, with what goes along', async () => {
    const { chat, get } = await listed({
      MODEL_ALIASES: JSON.stringify({
        fast: 'nova-lite',
        careful: {
          model: 'fast',
          service_tier: 'priority',
          guardrail_id: 'gr-1',
          guardrail_version: '3',
          metadata: { team: 'search' },
          extra_params: { temperature: 0.1, top_p: 0.5, answer_style: 'short' },
        },
      }),
    })
    expect(servedBy(await chat('fast')).model).toBe(NOVA)
    expect(servedBy(await chat('careful', { temperature: 0.7 })).model).toBe(NOVA)
    expect(aws.of(US).requests.at(-1)?.json).toMatchObject({
      inferenceConfig: { temperature: 0.7, topP: 0.5 },
      guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '3' },
      requestMetadata: { team: 'search' },
      additionalModelRequestFields: { answer_style: 'short' },
    })
    expect((await get('/v1/mappings?model=careful')).body).toEqual({
      object: 'list',
      data: [
        {
          name: 'careful',
          origin: 'asked',
          candidates: [],
          resolves_to: NOVA,
          resolved_by: 'alias',
          service_tier: 'priority',
          guardrail_id: 'gr-1',
          metadata: { team: 'search' },
          extra_params: { temperature: 0.1, top_p: 0.5, answer_style: 'short' },
        },
      ],
    })
  })

  it('may add to the meaning of a built-in name', async () => {
    const { chat } = await listed({
      MODEL_ALIASES: '{"gpt-4o": {"model": "gpt-4o", "extra_params": {"max_tokens": 7}}}',
    })
    expect(servedBy(await chat('gpt-4o')).model).toBe('amazon.nova-pro-v1:0')
    expect(aws.of(US).requests.at(-1)?.json).toMatchObject({ inferenceConfig: { maxTokens: 7 } })
  })

  it('gives defaults to models whose id begins so; the longest beginning wins, the caller above all', async () => {
    const { chat } = await listed({
      DEFAULT_MODEL_PARAMS: JSON.stringify({
        'amazon.nova': { temperature: 0.1, max_tokens: 100, stop: 'END' },
        'amazon.nova-lite': { temperature: 0.2 },
        'anthropic.': { max_tokens: 9 },
      }),
    })
    await chat(NOVA, { max_tokens: 5 })
    expect(aws.of(US).requests.at(-1)?.json).toMatchObject({
      inferenceConfig: { temperature: 0.2, maxTokens: 5, stopSequences: ['END'] },
    })
    await chat(`us.${CLAUDE}`)
    expect(aws.of(US).requests.at(-1)?.json).toMatchObject({ inferenceConfig: { maxTokens: 9 } })
  })

  it('adds what an alias says to what the alias says that it leads to', async () => {
    const { chat } = await listed({
      MODEL_ALIASES: JSON.stringify({
        inner: {
          model: NOVA,
          metadata: { team: 'red', cost: '1' },
          extra_params: { temperature: 0.1, max_tokens: 11 },
        },
        outer: { model: 'inner', metadata: { cost: '2' }, extra_params: { temperature: 0.9 } },
      }),
    })
    await chat('outer')
    expect(aws.of(US).requests.at(-1)?.json).toMatchObject({
      inferenceConfig: { temperature: 0.9, maxTokens: 11 },
      requestMetadata: { team: 'red', cost: '2' },
    })
  })

  it('says which rule leaves no region for what a short name stands for', async () => {
    const { chat, get } = await listed({ AWS_BEDROCK_CROSS_REGION_INFERENCE: 'false' })
    for (const name of [CLAUDE, 'claude-sonnet-4-5', 'claude-sonnet-latest']) {
      expect(await refusal(await chat(name))).toMatchObject({
        status: 400,
        code: 'no_region_available',
        message: expect.stringContaining('AWS_BEDROCK_CROSS_REGION_INFERENCE'),
      })
    }
    expect(servedBy(await chat('gpt-4o')).model).toBe('amazon.nova-pro-v1:0')
    expect((await get('/v1/mappings?model=claude-sonnet-4-5')).body.data).toMatchObject([
      { resolves_to: CLAUDE, reason: expect.stringContaining('no region') },
    ])
  })

  it('says so of a model by whatever ARN or profile of the account it is asked', async () => {
    const model = 'amazon.nova-2-lite-v1:0'
    const modelArn = `arn:aws:bedrock:${US}::foundation-model/${model}`
    const profile = `arn:aws:bedrock:${US}:123456789012:application-inference-profile/abcdef123456`
    aws.of(US).catalogue({
      models: [{ modelId: model }],
      profiles: [
        {
          inferenceProfileId: 'abcdef123456',
          inferenceProfileArn: profile,
          type: 'APPLICATION',
          models: [{ modelArn }],
        },
      ],
    })
    const { chat } = await listed({
      AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: 'true',
      AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
      DEFAULT_MODEL_PARAMS: '{"amazon.nova-2": {"temperature": 0.1}}',
      DEFAULT_MODEL_SERVICE_TIERS: '{"amazon.nova-2": "flex"}',
    })
    for (const name of [model, modelArn, profile, 'abcdef123456']) {
      await chat(name)
      expect(aws.of(US).requests.at(-1)?.json).toMatchObject({
        inferenceConfig: { temperature: 0.1 },
        serviceTier: { type: 'flex' },
      })
    }
  })

  it('leads a model to an ARN, whatever callers may name', async () => {
    const arn = `arn:aws:bedrock:${US}:123456789012:application-inference-profile/abcdef123456`
    const { chat } = await listed({
      AWS_BEDROCK_MODEL_ARN_MAPPING: JSON.stringify({ [NOVA]: arn }),
    })
    expect(servedBy(await chat('nova-lite'))).toMatchObject({ model: arn, region: US })
    expect(servedBy(await chat(NOVA))).toMatchObject({ model: arn, region: US })
  })

  it('names successors of its own, or only tells of them', async () => {
    const successors = { AWS_BEDROCK_DEPRECATED_MODELS: `{"anthropic.claude-v2": "${NOVA}"}` }
    const { chat } = await listed(successors)
    expect(servedBy(await chat('anthropic.claude-v2')).model).toBe(NOVA)
    const strict = await listed({ ...successors, AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK: 'false' })
    expect(await refusal(await strict.chat('anthropic.claude-v2'))).toMatchObject({
      status: 404,
      message: `The model \`anthropic.claude-v2\` has been retired. Use \`${NOVA}\` instead.`,
    })
  })

  it.each([
    ['MODEL_ALIASES', '{"a": '],
    ['MODEL_ALIASES', '{"a": "b", "b": "a"}'],
    ['MODEL_ALIASES', '{"a": {"modle": "x"}}'],
    ['DEFAULT_MODEL_PARAMS', '{"a": {"temperature": "hot"}}'],
    ['AWS_BEDROCK_MODEL_REGION_RESTRICT', '{"a": ["mars"]}'],
    ['AWS_BEDROCK_MODEL_ARN_MAPPING', '{"a": "b"}'],
    ['AWS_BEDROCK_DEPRECATED_MODELS', '[]'],
    ['AWS_BEDROCK_REGION_ROUTING', 'random'],
  ])('that cannot be read stops the start by the name of %s', (variable, value) => {
    expect(() => serve({ ...aws.env, [variable]: value })).toThrow(variable)
  })
})

describe('before there is a catalogue', () => {
  const onDemand = {
    status: 400,
    errorType: 'ValidationException',
    body: {
      message: `Invocation of model ID ${CLAUDE} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    },
  }

  it('an exact id is asked although no list can be read', async () => {
    const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }
    const fails = { '/': denied }
    aws.of(US).catalogue({ fails })
    aws.of(EU).catalogue({ fails })
    const { chat } = serve(aws.env)
    expect(servedBy(await chat(NOVA))).toEqual({ region: US, model: NOVA, attempts: '1' })
    // The best meaning of an alias is asked as well; AWS will say.
    expect(servedBy(await chat('claude-haiku-4-5')).model).toBe(
      'anthropic.claude-haiku-4-5-20251001-v1:0',
    )
  })

  it('an id that may be retired is asked as it is while nobody can be listed', async () => {
    const retired = 'anthropic.claude-opus-4-1-20250805-v1:0'
    const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }
    for (const region of [US, EU]) {
      aws.of(region).catalogue({ fails: { '/': denied } })
      aws.of(region).script({ body: textReply('Hello.') })
    }
    const { chat } = serve(aws.env)
    expect(servedBy(await chat(retired)).model).toBe(retired)
    const ended = {
      status: 404,
      errorType: 'ResourceNotFoundException',
      body: { message: 'This model version has reached the end of its life.' },
    }
    for (const region of [US, EU]) {
      aws.of(region).forget()
      aws.of(region).script(ended)
    }
    expect(await refusal(await chat(retired))).toMatchObject({
      status: 404,
      message: expect.stringContaining('end of its life. Use `anthropic.claude-opus-5` instead.'),
    })
    const told = { AWS_BEDROCK_DEPRECATED_MODELS: JSON.stringify({ [retired]: NOVA }) }
    aws.of(US).forget()
    expect(servedBy(await serve({ ...aws.env, ...told }).chat(retired)).model).toBe(NOVA)
  })

  it('an id that needs a profile is asked by the right one as soon as AWS says so', async () => {
    aws.of(US).script(onDemand)
    aws.of(US).script({ body: textReply('Well.') })
    const { chat } = serve(aws.env)
    const response = await chat(CLAUDE)
    expect(response.status).toBe(200)
    expect(servedBy(response)).toEqual({ region: US, model: `us.${CLAUDE}`, attempts: '2' })
  })

  it('the regions that follow a throttled one are those the catalogue knows', async () => {
    aws.of(US).script(TROUBLES.throttled)
    const { chat } = serve(aws.env)
    expect(servedBy(await chat(`us.${CLAUDE}`))).toMatchObject({ region: null })
    expect(aws.counts()[EU]).toBe(0)
  })
})

describe('where a model may be asked', () => {
  it.each<[string, Record<string, string>, string, string | RegExp]>([
    ['a profile of its own geography', {}, CLAUDE, `us.${CLAUDE}`],
    [
      'a global profile only where there is no other way',
      {},
      'anthropic.claude-fable-9',
      'global.anthropic.claude-fable-9',
    ],
    [
      'no global profile when that is off',
      { AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL: 'false' },
      'anthropic.claude-fable-9',
      /AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL is off/,
    ],
    [
      'no global profile by name either',
      { AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL: 'false' },
      `global.${CLAUDE}`,
      /AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL is off/,
    ],
    [
      'no profile at all when that is off',
      { AWS_BEDROCK_CROSS_REGION_INFERENCE: 'false' },
      CLAUDE,
      /AWS_BEDROCK_CROSS_REGION_INFERENCE is off/,
    ],
    [
      'the profile of the geography it is held in',
      { AWS_BEDROCK_MODEL_REGION_RESTRICT: '{"anthropic": ["eu-central-1", "eu-west-1"]}' },
      CLAUDE,
      `eu.${CLAUDE}`,
    ],
    [
      'no profile that leads out of the regions it is held in',
      { AWS_BEDROCK_MODEL_REGION_RESTRICT: '{"anthropic": ["eu-central-1"]}' },
      CLAUDE,
      /may lead to eu-west-1 \(AWS_BEDROCK_MODEL_REGION_RESTRICT\)/,
    ],
    [
      'nowhere, when none of its regions is configured',
      { AWS_BEDROCK_MODEL_REGION_RESTRICT: '{"anthropic": ["ap-south-1"]}' },
      CLAUDE,
      /none of its regions .* is among AWS_BEDROCK_REGIONS/,
    ],
  ])('%s', async (_, env, name, expected) => {
    const response = await (await listed(env)).chat(name)
    if (typeof expected === 'string') {
      expect(servedBy(response).model).toBe(expected)
    } else {
      expect(await refusal(response)).toMatchObject({
        status: 400,
        param: 'model',
        message: expect.stringMatching(expected),
      })
      expect(aws.counts()).toEqual({ [US]: 0, [EU]: 0 })
    }
  })

  it('is waited for where a rule cannot be kept without it', async () => {
    const held = {
      AWS_BEDROCK_MODEL_REGION_RESTRICT: '{"anthropic": ["eu-central-1", "eu-west-1"]}',
    }
    const { chat } = serve({ ...aws.env, ...held })
    expect(servedBy(await chat(`eu.${CLAUDE}`))).toMatchObject({
      region: EU,
      model: `eu.${CLAUDE}`,
    })
    const response = await serve({ ...aws.env, ...held }).chat(`us.${CLAUDE}`)
    expect(response.status).toBe(400)
    expect(aws.counts()[US]).toBe(0)
  })
})
