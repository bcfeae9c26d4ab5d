import type { ObjectStore } from '../ports/object-store.ts'
import type { Services } from '../ports/services.ts'
import type { StateItem, StateStore } from '../ports/state-store.ts'
import { withLargeValues } from './large-values.ts'

/** Characters above which a value is an object; below, pieces of the state store are cheaper to read. */
const LARGE = 300_000
/** All keys of such objects. The time at which they are over comes first, so that they lie in its order. */
export const ALL_VALUES = 'values/'
const TIME_DIGITS = 12
const NEVER = 'f'.repeat(TIME_DIGITS)
/** How often a reader who finds an object missing looks again: its value was being replaced. */
const LOOKS = 5

/** Stands in the place of a value that is an object. */
interface Marker {
  $object: string
}
const MARKER = '{"$object":'

type Known = Pick<Services, 'state' | 'objects'> & { config: Places }
type Places = Pick<Services['config'], 'AWS_S3_BUCKET' | 'AWS_DYNAMODB_TABLE' | 'FILES_DIR'>

/**
 * The state store for values of any size: the large ones go to the object store, where there is one that
 * lives as long, and a marker in their place; else they are pieces of the state store. An object is written
 * before its marker and deleted after it; what a crash leaves behind goes when its time is over.
 */
export function keptValues({ state, objects, config }: Known): StateStore {
  const store = withLargeValues(state)
  return objects ? withObjects(store, objects, lastsAsLong(config) ? LARGE : Infinity) : store
}

/** A table outlives the disk of one server and is read by others; a disk outlives memory. */
const lastsAsLong = ({ AWS_S3_BUCKET, AWS_DYNAMODB_TABLE, FILES_DIR }: Places): boolean =>
  AWS_S3_BUCKET !== undefined || (AWS_DYNAMODB_TABLE === undefined && FILES_DIR !== 'memory')

/** `large`: characters above which a value is an object. */
function withObjects(store: StateStore, objects: ObjectStore, large: number): StateStore {
  const get = async (collection: string, id: string, looks = LOOKS) => {
    const item = await store.get(collection, id)
    const key = item && keyIn(item.value)
    if (!key) return item
    const body = await objects.get(key)
    if (body) return { ...item, value: await new Response(body).text() }
    if (looks === 0) throw new Error(`The object of ${collection} ${id} is missing.`)
    return get(collection, id, looks - 1)
  }
  const clear = async (item: StateItem | undefined) => {
    const key = item && keyIn(item.value)
    if (key) await objects.delete(key)
  }

  return {
    get: (collection, id) => get(collection, id),
    async put(collection, { id, value }, options = {}) {
      const before = options.ifVersion === 0 ? undefined : await store.get(collection, id)
      const isLarge = value.length > large || value.startsWith(MARKER)
      const marker = isLarge ? await write(objects, value, options.expiresAt) : undefined
      const kept = marker ? JSON.stringify(marker) : value
      const version = await store.put(collection, { id, value: kept }, options)
      if (version !== undefined) await clear(before)
      else if (marker) await objects.delete(marker.$object)
      return version
    },
    async delete(collection, id) {
      const item = await store.get(collection, id)
      const there = await store.delete(collection, id)
      await clear(item)
      return there
    },
    async list(collection, options) {
      const items = await store.list(collection, options)
      const whole = await Promise.all(
        items.map((item) => (keyIn(item.value) ? get(collection, item.id) : item)),
      )
      // One went while it was read: the list is one shorter than the store has it by now.
      return whole.filter((item) => item !== undefined)
    },
    add: (...asked) => store.add(...asked),
  }
}

const keyIn = (value: string): string | undefined =>
  value.startsWith(MARKER) ? (JSON.parse(value) as Marker).$object : undefined

async function write(
  objects: ObjectStore,
  value: string,
  expiresAt: number | undefined,
): Promise<Marker> {
  const time = expiresAt?.toString(16).padStart(TIME_DIGITS, '0') ?? NEVER
  const key = `${ALL_VALUES}${time}/${crypto.randomUUID()}`
  await objects.put(key, new TextEncoder().encode(value))
  return { $object: key }
}

/** Unix milliseconds at which the object of a value is over. */
export const endOfValue = (key: string): number =>
  Number.parseInt(key.slice(ALL_VALUES.length, ALL_VALUES.length + TIME_DIGITS), 16)
