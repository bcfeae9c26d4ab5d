import type { Script, SeenRequest } from './fake-bedrock.ts'

/** One model as ListFoundationModels tells of it; the members named here are the ones a test cares about. */
export interface FakeModel {
  modelId: string
  modelName?: string
  providerName?: string
  inputModalities?: string[]
  outputModalities?: string[]
  responseStreamingSupported?: boolean
  inferenceTypesSupported?: string[]
  modelLifecycle?: Record<string, string>
}

export interface FakeProfile {
  inferenceProfileId: string
  inferenceProfileName?: string
  inferenceProfileArn?: string
  type?: 'SYSTEM_DEFINED' | 'APPLICATION'
  status?: string
  models: { modelArn: string }[]
}

export interface FakeCatalogue {
  models?: FakeModel[]
  profiles?: FakeProfile[]
  /** Items of every other listing, by its path: `/imported-models`. */
  others?: Record<string, { member: string; items: Record<string, unknown>[] }>
  /** Models this account may not use. */
  denied?: string[]
  /** Profiles on one page; the rest comes by `nextToken`. */
  pageSize?: number
  /** Answers every listing whose path begins so with this instead. */
  fails?: Record<string, Script>
}

/** Shaped after ListFoundationModels and ListInferenceProfiles of the service model. */
export const FAKE_CATALOGUE: FakeCatalogue = {
  models: [
    {
      modelId: 'amazon.nova-lite-v1:0',
      modelName: 'Nova Lite',
      providerName: 'Amazon',
      inputModalities: ['TEXT', 'IMAGE', 'VIDEO'],
      modelLifecycle: { status: 'ACTIVE', startOfLifeTime: '2024-12-03T00:00:00Z' },
    },
    {
      modelId: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      modelName: 'Claude Sonnet 4.5',
      providerName: 'Anthropic',
      inputModalities: ['TEXT', 'IMAGE'],
      inferenceTypesSupported: ['INFERENCE_PROFILE'],
      modelLifecycle: { status: 'ACTIVE', startOfLifeTime: '2025-09-29T00:00:00Z' },
    },
    {
      modelId: 'amazon.titan-embed-text-v2:0',
      modelName: 'Titan Text Embeddings V2',
      providerName: 'Amazon',
      outputModalities: ['EMBEDDING'],
      responseStreamingSupported: false,
    },
  ],
  profiles: [
    {
      inferenceProfileId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      inferenceProfileName: 'US Claude Sonnet 4.5',
      models: ['us-east-1', 'us-west-2'].map((region) => ({
        modelArn: `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0`,
      })),
    },
  ],
}

/** The listings of the control plane. */
export function createControlPlane() {
  let current = FAKE_CATALOGUE
  return {
    set: (catalogue: FakeCatalogue) => {
      current = catalogue
    },
    knows: ({ method, path }: SeenRequest) => method === 'GET' && LISTINGS.test(path),
    answer({ path }: SeenRequest): Script {
      const failed = Object.entries(current.fails ?? {}).find(([start]) => path.startsWith(start))
      if (failed) return failed[1]
      if (path.startsWith(AVAILABILITY)) return { body: availability(current, path) }
      if (path.startsWith('/foundation-models')) return { body: models(current) }
      if (path.startsWith('/inference-profiles')) return { body: profiles(current, path) }
      const other = current.others?.[path.split('?', 1)[0]!]
      return { body: other ? { [other.member]: other.items } : {} }
    },
  }
}

const AVAILABILITY = '/foundation-model-availability/'
const LISTINGS =
  /^\/(foundation-model|inference-profiles|imported-models|custom-models|model-customization|provisioned-model|marketplace-model|prompt-routers)/

/** Shaped after GetFoundationModelAvailability. */
function availability({ denied = [] }: FakeCatalogue, path: string) {
  const modelId = decodeURIComponent(path.slice(AVAILABILITY.length))
  return {
    modelId,
    agreementAvailability: { status: denied.includes(modelId) ? 'NOT_AVAILABLE' : 'AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  }
}

const models = ({ models = [] }: FakeCatalogue) => ({
  modelSummaries: models.map((model) => ({
    modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${model.modelId}`,
    inputModalities: ['TEXT'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    customizationsSupported: [],
    inferenceTypesSupported: ['ON_DEMAND'],
    modelLifecycle: { status: 'ACTIVE' },
    ...model,
  })),
})

function profiles({ profiles = [], pageSize = 100 }: FakeCatalogue, path: string) {
  const query = new URL(path, 'http://fake').searchParams
  const type = query.get('type')
  const asked = profiles
    .map((profile) => ({
      type: 'SYSTEM_DEFINED',
      status: 'ACTIVE',
      inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile.inferenceProfileId}`,
      inferenceProfileName: profile.inferenceProfileId,
      ...profile,
    }))
    .filter((profile) => type === null || profile.type === type)
  const start = Number(query.get('nextToken') ?? 0)
  const next = start + pageSize
  return {
    inferenceProfileSummaries: asked.slice(start, next),
    ...(next < asked.length ? { nextToken: String(next) } : {}),
  }
}
