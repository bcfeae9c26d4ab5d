import type { ListOptions, StateItem, StateStore } from '../../ports/state-store.ts'

interface Kept extends StateItem {
  expiresAt: number
}

/** Milliseconds between two sweeps of everything that has expired; a write begins them. */
const SWEEP = 60 * 60 * 1000

/** State that lives as long as the process. `now` in Unix milliseconds. */
export function createMemoryStateStore(now: () => number = Date.now): StateStore {
  const collections = new Map<string, Map<string, Kept>>()
  let sweepAt = now() + SWEEP

  const alive = (collection: string, id: string): Kept | undefined => {
    const kept = collections.get(collection)?.get(id)
    if (!kept || kept.expiresAt > now()) return kept
    collections.get(collection)?.delete(id)
    return undefined
  }
  const sweep = () => {
    sweepAt = now() + SWEEP
    for (const [collection, items] of collections) {
      for (const id of items.keys()) alive(collection, id)
      if (items.size === 0) collections.delete(collection)
    }
  }
  const keep = (collection: string, kept: Kept) => {
    if (now() >= sweepAt) sweep()
    const items = collections.get(collection) ?? new Map<string, Kept>()
    collections.set(collection, items.set(kept.id, kept))
  }

  return {
    async get(collection, id) {
      const kept = alive(collection, id)
      return kept && bare(kept)
    },
    async put(collection, { id, value }, { ifVersion, expiresAt } = {}) {
      const before = alive(collection, id)?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== before) return undefined
      keep(collection, { id, value, version: before + 1, expiresAt: expiresAt ?? Infinity })
      return before + 1
    },
    async delete(collection, id) {
      const there = alive(collection, id) !== undefined
      collections.get(collection)?.delete(id)
      return there
    },
    async list(collection, options = {}) {
      const ids = [...(collections.get(collection)?.keys() ?? [])]
      const items = ids.flatMap((id) => alive(collection, id) ?? [])
      return chosen(items, options).map(bare)
    },
    async add(collection, { id, amount }, expiresAt) {
      const kept = alive(collection, id)
      const sum = Number(kept?.value ?? 0) + amount
      const version = (kept?.version ?? 0) + 1
      const until = kept?.expiresAt ?? expiresAt ?? Infinity
      keep(collection, { id, value: String(sum), version, expiresAt: until })
      return sum
    },
  }
}

function chosen(items: Kept[], { prefix, after, limit, descending }: ListOptions): Kept[] {
  const direction = descending ? -1 : 1
  return items
    .filter(({ id }) => prefix === undefined || id.startsWith(prefix))
    .filter(({ id }) => after === undefined || (descending ? id < after : id > after))
    .sort((a, b) => (a.id < b.id ? -direction : direction))
    .slice(0, limit)
}

const bare = ({ id, value, version }: Kept): StateItem => ({ id, value, version })
