import type { StateStore } from '../../../ports/state-store.ts'
import type { Warn } from '../warn.ts'
import type { Health } from './health.ts'
import type { Router } from './router.ts'

/** Tells other instances which regions rest, and learns it from them. Neither method waits or throws. */
interface SharedHealth {
  tell(key: string, health: Health): void
  /** Looks at what others told, at most every few seconds. */
  refresh(router: Pick<Router, 'learn'>): void
}

interface SharedHealthOptions {
  state: StateStore
  warn: Warn
  /** Unix milliseconds. */
  now?(): number
}

const COLLECTION = 'bedrock-regions'
/** Milliseconds between two looks. */
const REST = 3000
/** Milliseconds a note outlives the rest it tells of, so that everybody learns of its end. */
const LINGER = 60_000
const MOST_NOTES = 1000

export function createSharedHealth(options: SharedHealthOptions): SharedHealth {
  const { state, warn, now = Date.now } = options
  let lookedAt = Number.NEGATIVE_INFINITY
  const failed = (reason: unknown) =>
    warn('What is known of regions could not be shared.', { detail: String(reason) })
  return {
    tell(key, { strikes, trouble, troubledAt, restsUntil }) {
      const value = JSON.stringify({ strikes, trouble, troubledAt, restsUntil })
      const expiresAt = Math.max(restsUntil, now()) + LINGER
      state.put(COLLECTION, { id: key, value }, { expiresAt }).catch(failed)
    },
    refresh(router) {
      if (now() < lookedAt + REST) return
      lookedAt = now()
      state
        .list(COLLECTION, { limit: MOST_NOTES })
        .then((notes) => {
          for (const { id, value } of notes) router.learn(id, JSON.parse(value) as Health)
        })
        .catch(failed)
    },
  }
}
