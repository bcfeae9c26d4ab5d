import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'

interface Kept extends StoredObject {
  bytes: Uint8Array<ArrayBuffer>
}

/** Objects that live as long as the process. `now` in Unix milliseconds. */
export function createMemoryObjectStore(now: () => number = Date.now): ObjectStore {
  const objects = new Map<string, Kept>()
  const keep = (key: string, bytes: Uint8Array<ArrayBuffer>) => {
    objects.set(key, { key, size: bytes.length, modified: now(), bytes })
    return told(objects.get(key)!)
  }

  return {
    async put(key, body, { ifAbsent } = {}) {
      const bytes = new Uint8Array(await new Response(asBody(body)).arrayBuffer())
      return ifAbsent && objects.has(key) ? undefined : keep(key, bytes)
    },
    async get(key, range) {
      const bytes = objects.get(key)?.bytes
      if (!bytes) return undefined
      const wanted = range ? bytes.subarray(range.first, range.last + 1) : bytes
      return new Blob([wanted]).stream()
    },
    async delete(key) {
      return objects.delete(key)
    },
    async list(prefix, { after, limit = 1000 } = {}) {
      return [...objects.values()]
        .filter(({ key }) => key.startsWith(prefix) && (after === undefined || key > after))
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .slice(0, limit)
        .map(told)
    },
    async join(key, sources) {
      const pieces = sources.map((source) => {
        const found = objects.get(source.key)
        if (!found) throw new Error(`There is no object ${source.key}.`)
        return found.bytes
      })
      return keep(key, new Uint8Array(await new Blob(pieces).arrayBuffer()))
    },
  }
}

const told = ({ key, size, modified }: Kept): StoredObject => ({ key, size, modified })

/** A copy: bytes that a caller hands over stay its own. */
const asBody = (body: ReadableStream<Uint8Array> | Uint8Array) =>
  body instanceof Uint8Array ? body.slice() : body
