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

/** Whom to ask, where, and until when. */
export interface Inquiry {
  call: AwsCall
  region: string
  signal: AbortSignal
}

export async function listFoundationModels(inquiry: Inquiry): Promise<FoundationModel[]> {
  const page = await readPage(inquiry, '/foundation-models')
  return arrayOf(page['modelSummaries']).filter(isFoundationModel)
}

/** Profiles of AWS (`us.`, `global.`) and of this account. */
export async function listInferenceProfiles(inquiry: Inquiry): Promise<InferenceProfile[]> {
  const types = ['SYSTEM_DEFINED', 'APPLICATION']
  const lists = await Promise.all(
    types.map((type) =>
      listPages(inquiry, `/inference-profiles?type=${type}`, 'inferenceProfileSummaries'),
    ),
  )
  return lists.flat().filter(isInferenceProfile)
}

/** Everything a listing holds under `member`, page by page. */
export async function listPages(
  inquiry: Inquiry,
  path: string,
  member: string,
): Promise<unknown[]> {
  const first = `${path}${path.includes('?') ? '&' : '?'}maxResults=1000`
  const items: unknown[] = []
  let token: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const next: string =
      token === undefined ? first : `${first}&nextToken=${encodeURIComponent(token)}`
    const page = await readPage(inquiry, next)
    items.push(...arrayOf(page[member]))
    const following = page['nextToken']
    // A token that repeats itself leads in circles.
    if (typeof following !== 'string' || following === '' || following === token) break
    token = following
  }
  return items
}

/** One answer of the control plane. */
export async function readPage(
  { call, region, signal }: Inquiry,
  path: string,
): Promise<Record<string, unknown>> {
  const response = await call({ service: 'bedrock', region, method: 'GET', path }, signal)
  const value: unknown = JSON.parse(await response.text())
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const isFoundationModel = (value: unknown): value is FoundationModel => hasText(value, 'modelId')

const isInferenceProfile = (value: unknown): value is InferenceProfile =>
  hasText(value, 'inferenceProfileId')

export const hasText = (value: unknown, name: string) =>
  typeof value === 'object' &&
  value !== null &&
  name in value &&
  typeof (value as Record<string, unknown>)[name] === 'string'
