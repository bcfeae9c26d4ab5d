import type { StateStore } from '../../../ports/state-store.ts'
import type { Warn } from '../warn.ts'
import type { Listings } from './listings.ts'

/** The listings of regions, shared among instances. Neither method rejects. */
export interface SharedListings {
  /** What an instance listed within the time listings are fresh. */
  get(region: string): Promise<Listings | undefined>
  put(listings: Listings): Promise<void>
}

interface SharedListingsOptions {
  state: StateStore
  /** How long a listing is fresh. */
  seconds: number
  warn: Warn
  /** Unix milliseconds. */
  now?(): number
}

const COLLECTION = 'bedrock-listings'
/** The store takes values of up to 350 kB; a region's listing of autumn 2026 has about 130. */
const LARGEST = 300_000

export function createSharedListings(options: SharedListingsOptions): SharedListings {
  const { state, seconds, warn, now = Date.now } = options
  const failed = (reason: unknown) =>
    warn('The list of models could not be shared.', { detail: String(reason) })
  return {
    async get(region) {
      try {
        const item = await state.get(COLLECTION, region)
        return item && (JSON.parse(item.value) as Listings)
      } catch (reason) {
        failed(reason)
        return undefined
      }
    },
    async put(listings) {
      const value = JSON.stringify(listings)
      if (value.length > LARGEST) return
      try {
        const expiresAt = now() + seconds * 1000
        await state.put(COLLECTION, { id: listings.region, value }, { expiresAt })
      } catch (reason) {
        failed(reason)
      }
    },
  }
}
