import type { PutOptions, StateItem, StateStore } from '../ports/state-store.ts'

/** Bytes of UTF-8 that one item holds at most; every engine keeps 350 kB. */
const PIECE = 340_000
/** A UTF-16 unit is three bytes of UTF-8 at most, so shorter texts need not be measured. */
const SURELY_SMALL = Math.floor(PIECE / 3)
/** How often a reader who finds pieces missing looks again: their value was being replaced. */
const LOOKS = 5

/** Stands in the place of a value that is kept in pieces. */
interface Marker {
  $pieces: Pieces
}
interface Pieces {
  /** What the pieces of one write have in common. */
  of: string
  count: number
}
const MARKER = '{"$pieces":'

/**
 * The same store for values of any size: what one item cannot hold is kept in several, and a marker in
 * its place. Pieces are written before their marker and deleted after it, so a reader finds all or
 * nothing; those of a write that failed go when their time is over.
 */
export function withLargeValues(store: StateStore): StateStore {
  const get = async (collection: string, id: string, looks = LOOKS) => {
    const item = await store.get(collection, id)
    const pieces = item && piecesIn(item.value)
    if (!pieces) return item
    const value = await gather(store, { collection, id, pieces })
    if (value !== undefined) return { ...item, value }
    if (looks === 0) throw new Error(`Pieces of ${collection} ${id} are missing.`)
    return get(collection, id, looks - 1)
  }

  const list: StateStore['list'] = async (collection, options) => {
    const whole: StateItem[] = []
    for (const item of await store.list(collection, options)) {
      const read = piecesIn(item.value) ? await get(collection, item.id) : item
      // One went while it was read: the list is read anew, so that it is as long as was asked.
      if (!read) return list(collection, options)
      whole.push(read)
    }
    return whole
  }

  return {
    get: (collection, id) => get(collection, id),
    list,
    async put(collection, { id, value }, options = {}) {
      const before = options.ifVersion === 0 ? undefined : await store.get(collection, id)
      const texts = cut(value)
      const pieces = texts && (await scatter(store, { collection, id, texts }, options))
      const kept = pieces ? JSON.stringify({ $pieces: pieces } satisfies Marker) : value
      const version = await store.put(collection, { id, value: kept }, options)
      const obsolete = version === undefined ? pieces : before && piecesIn(before.value)
      if (obsolete) await sweep(store, { collection, id, pieces: obsolete })
      return version
    },
    async delete(collection, id) {
      const item = await store.get(collection, id)
      const there = await store.delete(collection, id)
      const pieces = item && piecesIn(item.value)
      if (pieces) await sweep(store, { collection, id, pieces })
      return there
    },
    add: (...asked) => store.add(...asked),
  }
}

/** Where the pieces of a collection's values are. */
const beside = (collection: string) => `pieces/${collection}`

const pieceId = (id: string, of: string, index: number) => `${id}/${of}/${index}`

function piecesIn(value: string): Pieces | undefined {
  return value.startsWith(MARKER) ? (JSON.parse(value) as Marker).$pieces : undefined
}

interface Place {
  collection: string
  id: string
}

async function scatter(
  store: StateStore,
  { collection, id, texts }: Place & { texts: string[] },
  { expiresAt }: PutOptions,
): Promise<Pieces> {
  const of = crypto.randomUUID()
  for (const [index, value] of texts.entries()) {
    await store.put(beside(collection), { id: pieceId(id, of, index), value }, { expiresAt })
  }
  return { of, count: texts.length }
}

/** The value put together again; undefined when a piece is missing. */
async function gather(
  store: StateStore,
  { collection, id, pieces: { of, count } }: Place & { pieces: Pieces },
): Promise<string | undefined> {
  let value = ''
  for (let index = 0; index < count; index++) {
    const piece = await store.get(beside(collection), pieceId(id, of, index))
    if (!piece) return undefined
    value += piece.value
  }
  return value
}

async function sweep(
  store: StateStore,
  { collection, id, pieces: { of, count } }: Place & { pieces: Pieces },
): Promise<void> {
  for (let index = 0; index < count; index++) {
    await store.delete(beside(collection), pieceId(id, of, index))
  }
}

/** Texts of at most `PIECE` bytes, cut between characters; undefined where one item holds the value. */
function cut(value: string): string[] | undefined {
  // What looks like a marker but is a value must not stand where markers do.
  if (value.length <= SURELY_SMALL && !value.startsWith(MARKER)) return undefined
  const texts: string[] = []
  const encoder = new TextEncoder()
  const room = new Uint8Array(PIECE)
  for (let from = 0; from < value.length; ) {
    const { read } = encoder.encodeInto(value.slice(from, from + PIECE), room)
    texts.push(value.slice(from, from + read))
    from += read
  }
  return texts.length > 1 || value.startsWith(MARKER) ? texts : undefined
}
