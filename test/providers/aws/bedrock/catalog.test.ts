import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAvailability } from '../../../../app/providers/aws/bedrock/availability.ts'
import { createCatalog } from '../../../../app/providers/aws/bedrock/catalog.ts'
import { traitsOf } from '../../../../app/providers/aws/bedrock/families/index.ts'
import { createSharedListings } from '../../../../app/providers/aws/bedrock/shared-listings.ts'
import { createAwsCall } from '../../../../app/providers/aws/call.ts'
import { createEndpoints } from '../../../../app/providers/aws/endpoints.ts'
import { bearerSigner } from '../../../../app/providers/aws/sign.ts'
import { createMemoryStateStore } from '../../../../app/providers/embedded/memory-state-store.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { type FakeBedrock, startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { FAKE_CATALOGUE } from '../../../fakes/fake-bedrock-catalogue.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'

let fake: FakeBedrock
let now = 0
let warnings: [string, unknown][] = []

beforeEach(async () => {
  fake = await startFakeBedrock()
  now = 0
  warnings = []
})
afterEach(() => fake.close())

const warn = (message: string, details: unknown) => void warnings.push([message, details])

const callFake = () =>
  createAwsCall({
    transport: createUndiciTransport(),
    endpoints: createEndpoints({ AWS_ENDPOINT_URL: fake.url }),
    sign: bearerSigner('ABSK'),
    connectTimeout: 2000,
  })

const open = (more: Partial<Parameters<typeof createCatalog>[0]> = {}) =>
  createCatalog({
    call: callFake(),
    regions: ['us-east-1'],
    seconds: 900,
    warn,
    now: () => now,
    ...more,
  })

const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }

/** Lets a refresh that runs behind the catalogue end. */
const until = (isSo: () => boolean) =>
  vi.waitFor(() => expect(isSo()).toBe(true), { interval: 5, timeout: 20_000 })

describe('the catalogue', () => {
  it('holds models with what AWS and their families know of them', async () => {
    const models = await open().get()
    expect(models.get('amazon.nova-lite-v1:0')).toEqual({
      chats: true,
      bases: ['amazon.nova-lite-v1:0'],
      offers: [
        {
          region: 'us-east-1',
          id: 'amazon.nova-lite-v1:0',
          reach: 'region',
          destinations: ['us-east-1'],
        },
      ],
      legacy: false,
      hidden: false,
      card: {
        id: 'amazon.nova-lite-v1:0',
        name: 'Nova Lite',
        provider: 'aws',
        owner: 'Amazon',
        created: 1_733_184_000,
        input: ['text', 'image', 'video', 'document'],
        output: ['text'],
        streaming: true,
        tools: true,
        contextWindow: 300_000,
        traits: traitsOf('amazon.nova-lite-v1:0'),
        listing: {
          regions: ['us-east-1'],
          profiles: [],
          inference_types: ['ON_DEMAND'],
          lifecycle: { status: 'ACTIVE', start_of_life_time: '2024-12-03T00:00:00Z' },
        },
        summaries: new Map([['us-east-1', expect.objectContaining(FAKE_CATALOGUE.models![0]!)]]),
      },
    })
    expect(models.get('amazon.titan-embed-text-v2:0')).toMatchObject({
      chats: false,
      card: { input: ['text'], output: ['embedding'], streaming: false },
    })
    expect(models.get('anthropic.claude-sonnet-4-5-20250929-v1:0')?.card.listing).toMatchObject({
      profiles: ['us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
      inference_types: ['INFERENCE_PROFILE'],
    })
  })

  it('holds profiles, which inherit from the model behind them', async () => {
    const models = await open().get()
    const profile = models.get('us.anthropic.claude-sonnet-4-5-20250929-v1:0')
    expect(profile).toMatchObject({
      chats: true,
      card: {
        name: 'US Claude Sonnet 4.5',
        owner: 'Anthropic',
        created: 1_759_104_000,
        input: ['text', 'image', 'document'],
        maxOutput: 64_000,
        traits: traitsOf('anthropic.claude-sonnet-4-5-20250929-v1:0'),
        listing: {
          profile: 'system_defined',
          base_model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
          regions: ['us-east-1'],
          destinations: ['us-east-1', 'us-west-2'],
        },
      },
    })
  })

  it('knows application profiles by id and by ARN, with the traits of their model (T40)', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456'
    fake.catalogue({
      ...FAKE_CATALOGUE,
      profiles: [
        {
          inferenceProfileId: 'abcdef123456',
          inferenceProfileArn: arn,
          type: 'APPLICATION',
          models: [
            {
              modelArn:
                'arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
            },
          ],
        },
      ],
    })
    const models = await open().get()
    for (const id of ['abcdef123456', arn]) {
      expect(models.get(id)?.card).toMatchObject({
        id,
        traits: traitsOf('anthropic.claude-sonnet-4-5-20250929-v1:0'),
        listing: { profile: 'application' },
      })
    }
  })

  it('reads every page of profiles', async () => {
    const profiles = Array.from({ length: 5 }, (_, index) => ({
      inferenceProfileId: `us.amazon.nova-${index}-v1:0`,
      models: [],
    }))
    fake.catalogue({ models: [], profiles, pageSize: 2 })
    const models = await open().get()
    const ids = [...models.keys()].filter((id) => !id.startsWith('arn:'))
    expect(ids).toEqual(profiles.map(({ inferenceProfileId }) => inferenceProfileId))
  })

  it('asks once for many who want it, and again only when it is old', async () => {
    const catalog = open()
    await Promise.all([catalog.get(), catalog.get(), catalog.get()])
    expect(fake.listings).toHaveLength(3)
    now = 899_000
    await catalog.get()
    expect(fake.listings).toHaveLength(3)

    fake.catalogue({ models: [{ modelId: 'amazon.nova-pro-v1:0' }] })
    now = 900_000
    const stale = await catalog.get()
    expect(stale.has('amazon.nova-lite-v1:0')).toBe(true)
    await until(() => catalog.peek() !== stale)
    expect([...catalog.peek()!.keys()]).toEqual(['amazon.nova-pro-v1:0'])
  })

  it('lists models although profiles may not be listed, with a warning', async () => {
    fake.catalogue({ ...FAKE_CATALOGUE, fails: { '/inference-profiles': denied } })
    const models = await open().get()
    expect([...models.keys()]).toEqual(FAKE_CATALOGUE.models!.map(({ modelId }) => modelId))
    expect(warnings).toEqual([
      [
        'The models of a region could not be listed.',
        expect.objectContaining({ region: 'us-east-1' }),
      ],
    ])
  })

  it('keeps what was known when a refresh fails, and tries again soon', async () => {
    const catalog = open()
    const first = await catalog.get()
    fake.catalogue({ fails: { '/foundation-models': denied, '/inference-profiles': denied } })
    now = 900_000
    await catalog.get()
    await until(() => warnings.length === 2)
    await until(() => catalog.peek() !== first)
    expect([...(await catalog.get()).keys()]).toEqual([...first.keys()])

    fake.catalogue(FAKE_CATALOGUE)
    const before = fake.listings.length
    now = 929_000
    await catalog.get()
    expect(fake.listings).toHaveLength(before)
    now = 930_000
    await catalog.get()
    await until(() => fake.listings.length === before + 3)
  })

  it('keeps what the account owned when that cannot be listed again, and says so once', async () => {
    const arn = (name: string) => `arn:aws:bedrock:us-east-1:123456789012:imported-model/${name}`
    const own = (name: string) => ({
      '/imported-models': {
        member: 'modelSummaries',
        items: [{ modelArn: arn(name), modelName: name }],
      },
    })
    fake.catalogue({ ...FAKE_CATALOGUE, others: own('mine') })
    const catalog = open({ isAllowed: () => true })
    expect((await catalog.get()).has(arn('mine'))).toBe(true)
    fake.catalogue({ ...FAKE_CATALOGUE, fails: { '/imported-models': denied } })
    for (const time of [900_000, 1_800_000]) {
      now = time
      const before = catalog.peek()
      await catalog.get()
      await until(() => catalog.peek() !== before)
      expect(catalog.peek()!.has(arn('mine'))).toBe(true)
    }
    expect(warnings).toEqual([
      [
        'The models of a region could not be listed.',
        expect.objectContaining({ region: 'us-east-1', listing: 'imported-model' }),
      ],
    ])
  })

  it('takes what another instance has just listed', async () => {
    const state = createMemoryStateStore(() => now)
    const shared = createSharedListings({ state, seconds: 900, warn, now: () => now })
    const first = await open({ shared }).get()
    expect(fake.listings).toHaveLength(3)
    expect(await open({ shared }).get()).toEqual(first)
    expect(fake.listings).toHaveLength(3)
  })
})

describe('which models the account may use', () => {
  const failure = { status: 500, errorType: 'InternalServerException', body: { message: 'x' } }
  const expired = { status: 403, errorType: 'ExpiredTokenException', body: { message: 'x' } }

  it.each([
    ['AWS has failed', 'asked again', failure],
    ['the credentials had ended', 'asked again', expired],
    ['it was throttled', 'asked again', { ...failure, errorType: 'ThrottlingException' }],
    ['nobody may ask', 'left alone', denied],
    ['AWS does not know the question', 'left alone', { status: 404, body: { message: 'x' } }],
  ])('where %s is %s', async (_, fate, script) => {
    const isAskedAgain = fate === 'asked again'
    const { models = [] } = FAKE_CATALOGUE
    const { modelId } = models[0]!
    const catalogue = { ...FAKE_CATALOGUE, denied: [modelId] }
    fake.catalogue({ ...catalogue, fails: { '/foundation-model-availability': script } })
    const catalog = open({ availability: createAvailability({ call: callFake(), warn }) })
    const asked = () => fake.listings.filter(({ path }) => path.includes('availability')).length
    const first = await catalog.get()
    await until(() => warnings.length === 1 && asked() === models.length)
    fake.catalogue(catalogue)
    now = 900_000
    await catalog.get()
    await until(() => catalog.peek() !== first)
    await catalog.get()
    if (isAskedAgain) await until(() => !catalog.peek()!.has(modelId))
    expect(catalog.peek()!.has(modelId)).toBe(!isAskedAgain)
    expect(asked() > models.length).toBe(isAskedAgain)
  })
})

describe.skipIf(!sharedRoot())('the catalogue and the sample answers of the control plane', () => {
  interface Samples {
    modelSummaries: { modelId: string; outputModalities: string[] }[]
    inferenceProfileSummaries: { inferenceProfileId: string; models: { modelArn: string }[] }[]
  }
  const sample = (name: string) =>
    sharedJson(`specs/catalogue-samples/bedrock.${name}.json`) as Samples

  it.each(['us-east-1', 'eu-central-1'])('lists everything %s has', async (region) => {
    const { modelSummaries: models } = sample(`ListFoundationModels.${region}`)
    const profiles = ['page1', 'page2']
      .flatMap(
        (page) => sample(`ListInferenceProfiles.${region}.${page}`).inferenceProfileSummaries,
      )
      .concat(sample(`ListInferenceProfiles.${region}.APPLICATION`).inferenceProfileSummaries)
    fake.catalogue({ models, profiles, pageSize: 20 })
    const listed = await open().get()
    expect([...listed.keys()].filter((id) => !id.startsWith('arn:')).sort()).toEqual(
      [
        ...models.map(({ modelId }) => modelId),
        ...profiles.map(({ inferenceProfileId }) => inferenceProfileId),
      ].sort(),
    )
    // Pegasus and Sonic give text as well, but not on Converse.
    const silent = [...listed.values()].filter(
      ({ card, chats }) => chats !== card.output.includes('text') && !/sonic/.test(card.id),
    )
    expect(silent.map(({ card }) => card.id)).toEqual([])
  })
})
