import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AwsCall } from '../call.ts'

/**
 * The listings of Bedrock's control plane, by signed GETs of our own: two calls without a body, in less
 * code than it takes to configure the SDK's client, with nothing to load and the same on every runtime.
 * Members after the service model, and wider where AWS was seen to be (INFERENCE_PROFILE, SPEECH).
 */
export interface FoundationModel {
  modelId: string
  modelArn?: string
  modelName?: string
  providerName?: string
  inputModalities?: string[]
  outputModalities?: string[]
  responseStreamingSupported?: boolean
  inferenceTypesSupported?: string[]
  modelLifecycle?: { status?: string } & Record<string, string | undefined>
}

export interface InferenceProfile {
  inferenceProfileId: string
  inferenceProfileArn?: string
  inferenceProfileName?: string
  type?: string
  status?: string
  /** Where it may lead; all name the same model, or one ARN without a region for global profiles. */
  models?: { modelArn?: string }[]
}

/** A listing that never ends is cut here. */
const MOST_PAGES = 50

export async function listFoundationModels(
  call: AwsCall,
  region: string,
  signal: AbortSignal,
): Promise<FoundationModel[]> {
  const path = '/foundation-models'
  const page = await readJson(
    await call({ service: 'bedrock', region, method: 'GET', path }, signal),
  )
  return arrayOf(page['modelSummaries']).filter(isFoundationModel)
}

/** Profiles of AWS (`us.`, `global.`) and of this account. */
export async function listInferenceProfiles(
  call: AwsCall,
  region: string,
  signal: AbortSignal,
): Promise<InferenceProfile[]> {
  const types = ['SYSTEM_DEFINED', 'APPLICATION']
  const lists = await Promise.all(
    types.map((type) => {
      const path = `/inference-profiles?maxResults=1000&type=${type}`
      return listPages((token) => {
        const next = token === undefined ? path : `${path}&nextToken=${encodeURIComponent(token)}`
        return call({ service: 'bedrock', region, method: 'GET', path: next }, signal)
      })
    }),
  )
  return lists.flat()
}

async function listPages(
  ask: (token: string | undefined) => Promise<UpstreamResponse>,
): Promise<InferenceProfile[]> {
  const profiles: InferenceProfile[] = []
  let token: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await readJson(await ask(token))
    profiles.push(...arrayOf(page['inferenceProfileSummaries']).filter(isInferenceProfile))
    const next = page['nextToken']
    // A token that repeats itself leads in circles.
    if (typeof next !== 'string' || next === '' || next === token) break
    token = next
  }
  return profiles
}

async function readJson(response: UpstreamResponse): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await response.text())
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const isFoundationModel = (value: unknown): value is FoundationModel => hasText(value, 'modelId')

const isInferenceProfile = (value: unknown): value is InferenceProfile =>
  hasText(value, 'inferenceProfileId')

const hasText = (value: unknown, name: string) =>
  typeof value === 'object' &&
  value !== null &&
  name in value &&
  typeof (value as Record<string, unknown>)[name] === 'string'
