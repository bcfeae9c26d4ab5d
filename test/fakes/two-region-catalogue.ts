import type { FakeCatalogue, FakeModel, FakeProfile } from './fake-bedrock-catalogue.ts'

const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const EU = ['eu-central-1', 'eu-west-1']
const US = ['us-east-1', 'us-west-2']

const arns = (id: string, regions: string[]) =>
  regions.map((region) => ({ modelArn: `arn:aws:bedrock:${region}::foundation-model/${id}` }))

const model = (modelId: string, started: string, more: Partial<FakeModel> = {}): FakeModel => ({
  modelId,
  providerName: modelId.split('.')[0]!,
  modelLifecycle: { status: 'ACTIVE', startOfLifeTime: `${started}T00:00:00Z` },
  ...more,
})

const MODELS = [
  model('amazon.nova-lite-v1:0', '2024-12-03', { inputModalities: ['TEXT', 'IMAGE', 'VIDEO'] }),
  model('amazon.nova-micro-v1:0', '2024-12-03'),
  model(CLAUDE, '2025-09-29', { inferenceTypesSupported: ['INFERENCE_PROFILE'] }),
  model('anthropic.claude-fable-9', '2026-09-01', {
    inferenceTypesSupported: ['INFERENCE_PROFILE'],
  }),
  model('anthropic.claude-opus-4-1-20250805-v1:0', '2025-08-05', {
    inferenceTypesSupported: ['ON_DEMAND'],
    modelLifecycle: {
      status: 'LEGACY',
      startOfLifeTime: '2025-08-05T00:00:00Z',
      endOfLifeTime: '2099-01-01T00:00:00Z',
    },
  }),
  model('amazon.nova-premier-v1:0', '2025-04-30', {
    modelLifecycle: { status: 'LEGACY', endOfLifeTime: '2026-09-14T00:00:00Z' },
  }),
  model('amazon.titan-embed-text-v2:0', '2024-04-30', { outputModalities: ['EMBEDDING'] }),
  model('amazon.rerank-v1:0', '2024-11-01', { outputModalities: ['RERANKING'] }),
]

const profile = (geography: string, id: string, regions: string[]): FakeProfile => ({
  inferenceProfileId: `${geography}.${id}`,
  models: arns(id, regions),
})

/** Profiles of AWS of one geography, and the global one. */
const profiles = (geography: string, regions: string[]): FakeProfile[] => [
  profile(geography, CLAUDE, regions),
  profile('global', CLAUDE, [...regions, '']),
  profile('global', 'anthropic.claude-fable-9', [...regions, '']),
]

/** What a region of each geography lists: models that need profiles, retired ones, other kinds. */
export const US_CATALOGUE: FakeCatalogue = {
  models: [...MODELS, model('amazon.nova-pro-v1:0', '2024-12-03')],
  profiles: profiles('us', US),
}

export const EU_CATALOGUE: FakeCatalogue = { models: MODELS, profiles: profiles('eu', EU) }
