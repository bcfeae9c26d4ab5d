import { exactNow } from '../../../codecs/exact-now.ts'
import { GatewayError } from '../../../errors.ts'
import type { ListOptions, StateItem, StateStore } from '../../../ports/state-store.ts'

/** Items that are read at a time. */
const BATCH = 500

/**
 * An id of the form AWS gives them, ten letters and digits. It sorts by the time it was given, to the
 * microsecond; `later` counts microseconds on, where clocks stand still.
 */
export function newId(later = 0): string {
  const now = Math.floor(exactNow() * 1000) + later
  return now.toString(36).toUpperCase().padStart(10, '0')
}

export const isId = (id: string) => /^[0-9A-Z]{10}$/.test(id)

/** Everything of a collection, in the order of ids. */
export async function allOf(
  state: StateStore,
  collection: string,
  options: Pick<ListOptions, 'prefix'> = {},
): Promise<StateItem[]> {
  const items: StateItem[] = []
  for (let after: string | undefined; ; ) {
    const batch = await state.list(collection, { ...options, after, limit: BATCH })
    items.push(...batch)
    if (batch.length < BATCH) return items
    after = batch.at(-1)!.id
  }
}

/** Deletes everything of a collection. */
export async function clear(
  state: StateStore,
  collection: string,
  options: Pick<ListOptions, 'prefix'> = {},
): Promise<void> {
  for (const { id } of await allOf(state, collection, options)) await state.delete(collection, id)
}

/** Keeps a new thing under a new id; two of the same moment never share one. */
export async function keepNew<T extends object>(
  state: StateStore,
  collection: string,
  make: (id: string) => T,
): Promise<T> {
  for (let later = 0; ; later++) {
    const id = newId(later)
    const made = make(id)
    const value = textOf(made)
    if (await state.put(collection, { id, value }, { ifVersion: 0 })) return made
  }
}

/** Bytes of UTF-8 one record may have; every engine keeps them. */
const LARGEST = 340_000

/** Whether one record can hold a text. */
export const isRecord = (text: string) => new TextEncoder().encode(text).length <= LARGEST

/** A record as it is kept. Throws `too-large`. */
export function textOf(record: object): string {
  const text = JSON.stringify(record)
  if (isRecord(text)) return text
  throw new GatewayError(
    'too-large',
    `An embedded knowledge base keeps ${LARGEST} bytes of settings at most: name stored files rather than write documents into the request.`,
  )
}
