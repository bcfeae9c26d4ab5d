import { equalsInConstantTime } from '../../codecs/constant-time.ts'
import type { ConfiguredKey } from '../../config/key-policy.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import { identityOf, ownerOf } from './key-owner.ts'

/** A key that is known in clear, and who shows it. */
export interface KnownKey {
  key: string
  identity: CallerIdentity
  /** Unix milliseconds. */
  until?: number
}

export type KeyTable = (shown: string, now: number) => CallerIdentity | undefined

/**
 * Finds a key among many in a time that does not tell how much of one was guessed: by a sum of all its letters
 * that nobody outside can compute, then letter by letter to the end.
 */
export function keyTable(keys: readonly KnownKey[]): KeyTable {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!
  const buckets = new Map<number, KnownKey[]>()
  for (const known of keys) {
    const sum = sumOf(known.key, seed)
    buckets.set(sum, [...(buckets.get(sum) ?? []), known])
  }
  return (shown, now) => {
    for (const { key, identity, until } of buckets.get(sumOf(shown, seed)) ?? NONE) {
      if (!equalsInConstantTime(key, shown)) continue
      return until === undefined || until > now ? identity : undefined
    }
    return undefined
  }
}

const NONE: readonly KnownKey[] = []

/** FNV-1a from a secret start. */
function sumOf(text: string, seed: number): number {
  let sum = seed | 0
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 16777619)
  return sum
}

/** A key of the configuration; without a tenant it owns what it stores alone. */
export function knownKey({ key, name, policy }: ConfiguredKey): KnownKey {
  const identity = identityOf({ owner: ownerOf('key', name)!, keyId: name, name, policy })
  const until = policy.expires_at
  return { key, identity, ...(until !== undefined && { until: until * 1000 }) }
}
