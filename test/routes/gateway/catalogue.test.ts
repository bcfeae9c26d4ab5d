import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FAKE_CATALOGUE } from '../../fakes/fake-bedrock-catalogue.ts'
import { type FakeRegions, startFakeRegions } from '../../fakes/fake-regions.ts'
import { EU_CATALOGUE, US_CATALOGUE } from '../../fakes/two-region-catalogue.ts'
import { CLAUDE, NOVA, serve, servedBy } from './served-regions.ts'

const [US, EU] = ['us-east-1', 'eu-central-1'] as const
const OPUS = 'anthropic.claude-opus-4-1-20250805-v1:0'
const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }

let aws: FakeRegions
beforeEach(async () => {
  aws = await startFakeRegions([US, EU])
  aws.of(US).catalogue(US_CATALOGUE)
  aws.of(EU).catalogue(EU_CATALOGUE)
})
afterEach(() => aws.close())

interface Listed {
  data: ({ id: string } & Record<string, unknown>)[]
}
const idsOf = (body: unknown) => (body as Listed).data.map(({ id }) => id)

describe('the list of models', () => {
  it('is that of all regions, each with where and how it is asked', async () => {
    const { body } = await serve(aws.env).get('/v1/models')
    expect(idsOf(body)).toEqual([
      NOVA,
      'amazon.nova-micro-v1:0',
      CLAUDE,
      'anthropic.claude-fable-9',
      'amazon.titan-embed-text-v2:0',
      'amazon.rerank-v1:0',
      'amazon.nova-pro-v1:0',
      `us.${CLAUDE}`,
      `global.${CLAUDE}`,
      'global.anthropic.claude-fable-9',
      `eu.${CLAUDE}`,
      'amazon.polly-standard',
      'amazon.polly-neural',
      'amazon.polly-long-form',
      'amazon.polly-generative',
      'amazon.transcribe',
    ])
    const claude = (body as Listed).data.find(({ id }) => id === CLAUDE)
    expect(claude).toEqual({
      id: CLAUDE,
      object: 'model',
      created: 1_759_104_000,
      owned_by: 'anthropic',
      provider: 'aws',
      input_modalities: ['text', 'document'],
      output_modalities: ['text'],
      streaming: true,
      tools: true,
      context_window: 200_000,
      max_output_tokens: 64_000,
      regions: [US, EU],
      profiles: [`us.${CLAUDE}`, `global.${CLAUDE}`, `eu.${CLAUDE}`],
      inference_profiles: { [US]: `us.${CLAUDE}`, [EU]: `eu.${CLAUDE}` },
      inference_types: ['INFERENCE_PROFILE'],
      lifecycle: { status: 'ACTIVE', start_of_life_time: '2025-09-29T00:00:00Z' },
    })
  })

  it('hides what is about to be retired, which can be called all the same', async () => {
    const { get, chat } = serve(aws.env)
    expect(idsOf((await get('/v1/models')).body)).not.toContain(OPUS)
    expect(servedBy(await chat(OPUS)).model).toBe(OPUS)
    const all = serve({ ...aws.env, AWS_BEDROCK_LEGACY: 'true' })
    const { body } = await all.get('/v1/models')
    expect((body as Listed).data.find(({ id }) => id === OPUS)).toMatchObject({ legacy: true })
    expect(idsOf(body)).not.toContain('amazon.nova-premier-v1:0')
  })

  it('hides what this account may not use, once that is known', async () => {
    for (const region of [US, EU]) {
      aws.of(region).catalogue({ ...US_CATALOGUE, denied: ['amazon.nova-micro-v1:0'] })
    }
    const { get } = serve(aws.env)
    expect(idsOf((await get('/v1/models')).body)).toContain('amazon.nova-micro-v1:0')
    await expect
      .poll(async () => idsOf((await get('/v1/models')).body))
      .not.toContain('amazon.nova-micro-v1:0')
  })

  it('hides what the rules leave no region for', async () => {
    const held = {
      AWS_BEDROCK_MODEL_REGION_RESTRICT: '{"anthropic": ["eu-central-1", "eu-west-1"]}',
    }
    const { body } = await serve({ ...aws.env, ...held }).get('/v1/models')
    expect(idsOf(body).filter((id) => id.includes('anthropic'))).toEqual([CLAUDE, `eu.${CLAUDE}`])
  })

  it('is there although one region cannot be listed, with a warning', async () => {
    aws.of(US).catalogue({ fails: { '/': denied } })
    const { get, chat, log } = serve(aws.env)
    expect(idsOf((await get('/v1/models')).body)).toContain(`eu.${CLAUDE}`)
    expect(log()).toContainEqual(
      expect.objectContaining({
        message: 'The models of a region could not be listed.',
        region: US,
        listing: 'foundation-models',
      }),
    )
    expect(servedBy(await chat(CLAUDE))).toMatchObject({ region: EU, model: `eu.${CLAUDE}` })
  })

  it('asks every region once for many who want it', async () => {
    const { get } = serve({ ...aws.env, AWS_BEDROCK_CHECK_AVAILABILITY: 'false' })
    await Promise.all([1, 2, 3].map(() => get('/v1/models')))
    expect([aws.of(US).listings.length, aws.of(EU).listings.length]).toEqual([3, 3])
  })

  it('holds what the account owns, as far as callers may use it', async () => {
    const arn = (kind: string) => `arn:aws:bedrock:${US}:123456789012:${kind}`
    aws.of(US).catalogue({
      ...US_CATALOGUE,
      others: {
        '/imported-models': {
          member: 'modelSummaries',
          items: [{ modelArn: arn('imported-model/abc'), modelName: 'my-llama' }],
        },
        '/custom-models': {
          member: 'modelSummaries',
          items: [
            {
              modelArn: arn('custom-model/x'),
              baseModelArn: `arn:aws:bedrock:${US}::foundation-model/${NOVA}`,
            },
          ],
        },
        '/model-customization/custom-model-deployments': {
          member: 'modelDeploymentSummaries',
          items: [
            {
              customModelDeploymentArn: arn('custom-model-deployment/d1'),
              customModelDeploymentName: 'my-nova',
              modelArn: arn('custom-model/x'),
              status: 'Active',
            },
          ],
        },
        '/marketplace-model/endpoints': {
          member: 'marketplaceModelEndpoints',
          items: [
            {
              endpointArn: `arn:aws:sagemaker:${US}:123456789012:endpoint/mine`,
              modelSourceIdentifier: 'x',
            },
          ],
        },
        '/prompt-routers': {
          member: 'promptRouterSummaries',
          items: [
            {
              promptRouterArn: arn('default-prompt-router/anthropic.claude:1'),
              promptRouterName: 'Claude Router',
              models: [{ modelArn: `arn:aws:bedrock:${US}::foundation-model/${CLAUDE}` }],
            },
          ],
        },
      },
    })
    const plain = await serve(aws.env).get('/v1/models')
    expect(idsOf(plain.body).filter((id) => id.startsWith('arn:'))).toEqual([])
    expect(aws.of(US).listings.map(({ path }) => path)).not.toContainEqual(
      expect.stringMatching(/imported|custom|market|router/),
    )
    const { get, chat } = serve({
      ...aws.env,
      AWS_BEDROCK_ALLOW_IMPORTED_MODEL_ARN: 'true',
      AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN: 'true',
      AWS_BEDROCK_ALLOW_MARKETPLACE_ENDPOINT_ARN: 'true',
      AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN: 'true',
    })
    const { body } = await get('/v1/models')
    const own = (body as Listed).data.filter(({ id }) => id.startsWith('arn:'))
    expect(own.map(({ name, kind, input_modalities }) => [name, kind, input_modalities])).toEqual([
      ['my-llama', 'imported-model', ['text']],
      ['my-nova', 'custom-model-deployment', ['text', 'image', 'document', 'video']],
      ['mine', 'endpoint', ['text']],
      ['Claude Router', 'prompt-router', ['text', 'image', 'document']],
    ])
    expect(servedBy(await chat('my-nova')).model).toBe(arn('custom-model-deployment/d1'))
    expect(servedBy(await chat(own[2]!.id)).region).toBe(US)
  })
})

describe('one model', () => {
  it('is described by any of its names', async () => {
    const { get } = serve(aws.env)
    const { body } = await get('/v1/models/claude-sonnet-4-5')
    expect(body).toMatchObject({
      id: 'claude-sonnet-4-5',
      resolves_to: CLAUDE,
      resolved_by: 'alias',
      owned_by: 'anthropic',
    })
    expect((await get(`/v1/models/${NOVA}`)).body).not.toHaveProperty('resolves_to')
    expect((await get('/v1/models/amazon.nova-*')).status).toBe(400)
    expect((await get('/v1/models/nobody')).status).toBe(404)
  })
})

describe('/v1/providers', () => {
  it('tells who made the models', async () => {
    const { body } = await serve(aws.env).get('/v1/providers')
    expect(body).toEqual({
      object: 'list',
      data: [
        { id: 'amazon', object: 'provider', name: 'amazon', served_by: ['aws'], models: 10 },
        { id: 'anthropic', object: 'provider', name: 'anthropic', served_by: ['aws'], models: 6 },
      ],
    })
  })

  it('tells each of them once: Amazon speaks and listens too', async () => {
    aws.of(US).catalogue(FAKE_CATALOGUE)
    aws.of(EU).catalogue({})
    const { body } = await serve(aws.env).get('/v1/providers')
    expect(body).toMatchObject({
      data: [
        { id: 'amazon', name: 'Amazon', models: 7 },
        { id: 'anthropic', name: 'Anthropic' },
      ],
    })
  })
})

describe('/v1/mappings', () => {
  it('tells what every name leads to, and why one leads nowhere', async () => {
    const { get } = serve({ ...aws.env, MODEL_ALIASES: '{"mine": "gpt-4o", "lost": "nowhere"}' })
    const { data } = (await get('/v1/mappings')).body as { data: Record<string, unknown>[] }
    const of = (name: string) => data.find((one) => one['name'] === name)
    expect(of('mine')).toEqual({
      name: 'mine',
      origin: 'configuration',
      candidates: ['gpt-4o'],
      resolves_to: 'amazon.nova-pro-v1:0',
      resolved_by: 'alias',
    })
    expect(of('lost')).toMatchObject({
      candidates: ['nowhere'],
      resolves_to: null,
      reason: expect.stringContaining('`lost` stands for one that does not exist here'),
    })
    expect(of('gpt-4o')).toMatchObject({ origin: 'built-in', resolves_to: 'amazon.nova-pro-v1:0' })
    expect(of('dall-e-3')).toMatchObject({ resolves_to: null })
    expect(of('nova-micro')).toMatchObject({ resolves_to: 'amazon.nova-micro-v1:0' })
    expect(of('anthropic.claude-v2')).toMatchObject({ origin: 'retired', resolves_to: CLAUDE })
    expect(new Set(data.map(({ name }) => name)).size).toBe(data.length)
  })

  it('explains one name', async () => {
    const { get } = serve(aws.env)
    const of = async (name: string) =>
      ((await get(`/v1/mappings?model=${encodeURIComponent(name)}`)).body as Listed).data[0]
    expect(await of(NOVA)).toMatchObject({ resolves_to: NOVA, resolved_by: 'id' })
    expect(await of('amazon.nova-l*')).toMatchObject({ resolves_to: NOVA, resolved_by: 'wildcard' })
    expect(await of('nobody')).toMatchObject({ resolves_to: null, reason: expect.any(String) })
  })
})

describe('/search_models', () => {
  const search = async (query: string) => {
    const { status, body } = await serve(aws.env).get(`/search_models?${query}`)
    return { status, ids: Array.isArray(body) ? body.map(({ id }) => id) : body }
  }
  const TEXTS = [NOVA, 'amazon.nova-micro-v1:0', 'amazon.nova-pro-v1:0']

  it('comes in pages where it is asked for that', async () => {
    const pages = 'model=amazon.nova-*&route=/v1/chat/completions&limit=2'
    expect((await search(pages)).ids).toEqual(TEXTS.slice(0, 2))
    expect((await search(`${pages}&offset=2`)).ids).toEqual(TEXTS.slice(2))
    expect((await search('limit=0')).status).toBe(400)
  })

  it.each<[string, string[]]>([
    ['input_modalities=IMAGE&input_modalities=VIDEO', [NOVA]],
    ['output_modalities=EMBEDDING', ['amazon.titan-embed-text-v2:0']],
    ['output_modalities=RERANKING', ['amazon.rerank-v1:0']],
    ['output_modalities=MODERATION', []],
    ['model=amazon.nova-*&route=/v1/chat/completions', TEXTS],
    ['model=amazon.nova-*&route=openai_chat_completion', TEXTS],
    ['model=amazon.nova-*&region=eu-central-1', TEXTS.slice(0, 2)],
    ['model=amazon.*&streaming=false', []],
    ['legacy=true', []],
    ['batch=true', []],
    ['region=mars-1', []],
  ])('finds by %s', async (query, ids) => {
    expect(await search(query)).toEqual({ status: 200, ids })
  })

  it.each([
    'input_modalities=SMELL',
    'output_modalities=DOCUMENT',
    'route=/v1/nothing',
    'streaming=maybe',
    'legacy=',
    'model=',
  ])('does not know %s', async (query) => {
    expect((await search(query)).status).toBe(400)
  })

  it('tells what is known of a model', async () => {
    const { body } = await serve(aws.env).get(`/search_models?model=${CLAUDE}`)
    expect(body).toEqual([
      {
        id: CLAUDE,
        name: CLAUDE,
        provider: 'anthropic',
        service: 'aws',
        input_modalities: ['TEXT', 'DOCUMENT'],
        output_modalities: ['TEXT'],
        aliases: expect.arrayContaining(['claude-sonnet-4-5', 'sonnet', 'o3']),
        supported_routes: [
          '/v1/chat/completions',
          '/v1/completions',
          '/v1/responses',
          '/v1/responses/input_tokens',
          '/v1/responses/compact',
          '/v1/messages',
          '/v1/messages/count_tokens',
          '/model/{modelId}/converse',
          '/model/{modelId}/converse-stream',
          '/model/{modelId}/invoke',
          '/model/{modelId}/invoke-with-response-stream',
          '/model/{modelId}/count-tokens',
        ],
        supported_mcp_tools: [
          'openai_chat_completion',
          'openai_completion',
          'openai_response',
          'openai_response_input_tokens',
          'openai_response_compact',
          'anthropic_message',
          'anthropic_message_count_tokens',
          'bedrock_converse',
          'bedrock_invoke',
          'bedrock_count_tokens',
        ],
        regions: [US, EU],
        response_streaming: true,
        legacy: false,
        inference_profiles: { [US]: `us.${CLAUDE}`, [EU]: `eu.${CLAUDE}` },
        batch: false,
        start_of_life_time: '2025-09-29T00:00:00.000Z',
      },
    ])
  })
})

describe('the embedded models', () => {
  const embedded = (env: Record<string, string> = {}) => serve({ PROVIDER: 'embedded', ...env })

  it('stand on the same routes', async () => {
    const { get } = embedded()
    const { body } = await get('/v1/models')
    expect(idsOf(body)).toContain('embedded-chat')
    expect((await get('/v1/providers')).body).toMatchObject({
      data: [{ id: 'outcrop', served_by: ['embedded'] }],
    })
    const found = (await get('/search_models?model=embedded-?ea*')).body as { id: string }[]
    expect(found.map(({ id }) => id)).toEqual(['embedded-reasoner'])
    expect((await get('/v1/mappings')).body).toEqual({ object: 'list', data: [] })
  })

  it('answer to every name, after what the configuration says of it', async () => {
    const { chat } = embedded({ MODEL_ALIASES: '{"think": "embedded-reasoner"}' })
    expect(servedBy(await chat('gpt-4o')).model).toBe('gpt-4o')
    expect(servedBy(await chat('think')).model).toBe('embedded-reasoner')
    expect(servedBy(await chat('embedded-r*')).model).toBe('embedded-reasoner')
  })
})
