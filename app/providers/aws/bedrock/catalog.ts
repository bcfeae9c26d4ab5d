import type { AwsCall } from '../call.ts'
import { type Cached, staleWhileRevalidate } from '../stale-while-revalidate.ts'
import type { Warn } from '../warn.ts'
import { type BedrockModel, type Listings, modelsOfListings } from './cards.ts'
import { listFoundationModels, listInferenceProfiles } from './control-plane.ts'

/** Models by id, profiles by id and by ARN. */
export type Catalog = Cached<ReadonlyMap<string, BedrockModel>>

export interface CatalogOptions {
  call: AwsCall
  region: string
  /** How long a listing is fresh. */
  seconds: number
  warn: Warn
  /** Unix milliseconds. */
  now?(): number
}

/** Milliseconds one look at the control plane may take. */
const PATIENCE = 15_000
/** Seconds until a look that failed is tried again. */
const REST = 30

/** What the region offers. A listing that fails leaves what was known before, and a warning. */
export function createCatalog({ call, region, seconds, warn, now }: CatalogOptions): Catalog {
  let before: Listings = { region, models: [], profiles: [] }
  return staleWhileRevalidate(async () => {
    const signal = AbortSignal.timeout(PATIENCE)
    const [models, profiles] = await Promise.allSettled([
      listFoundationModels(call, region, signal),
      listInferenceProfiles(call, region, signal),
    ])
    for (const listing of [models, profiles]) {
      if (listing.status === 'fulfilled') continue
      warn('The models of a region could not be listed.', { region, ...reasonOf(listing.reason) })
    }
    const complete = models.status === 'fulfilled' && profiles.status === 'fulfilled'
    before = {
      region,
      models: models.status === 'fulfilled' ? models.value : before.models,
      profiles: profiles.status === 'fulfilled' ? profiles.value : before.profiles,
    }
    return {
      value: modelsOfListings(before),
      seconds: complete ? seconds : Math.min(REST, seconds),
    }
  }, now)
}

function reasonOf(reason: unknown): Record<string, unknown> {
  if (!(reason instanceof Error)) return { detail: String(reason) }
  return { detail: [reason.message, reason.cause].filter(Boolean).map(String) }
}
