import type { R2Bucket } from '../../runtimes/stores/r2-object-store.ts'

interface Kept {
  key: string
  size: number
  uploaded: Date
  bytes: Uint8Array<ArrayBuffer>
}

const LEAST_PART = 5 * 1024 * 1024
const NOTHING = 'put: no such upload'

/** A bucket of R2 in memory, with R2's rules for parts and for pages, which are short here. */
export function fakeR2Bucket({ page = 1000 }: { page?: number } = {}): R2Bucket {
  const objects = new Map<string, Kept>()
  const keep = (key: string, bytes: Uint8Array) => {
    const kept = { key, size: bytes.length, uploaded: new Date(), bytes: new Uint8Array(bytes) }
    objects.set(key, kept)
    return kept
  }
  return {
    head: async (key) => objects.get(key) ?? null,
    async get(key, { range } = { range: { offset: 0, length: Number.POSITIVE_INFINITY } }) {
      const found = objects.get(key)
      if (!found) return null
      const end = Math.min(found.size, range.offset + range.length)
      return { body: new Blob([found.bytes.subarray(range.offset, end)]).stream() }
    },
    async put(key, bytes, options) {
      return options?.onlyIf.etagDoesNotMatch === '*' && objects.has(key) ? null : keep(key, bytes)
    },
    async delete(key) {
      objects.delete(key)
    },
    async list({ prefix, limit, startAfter, cursor }) {
      const after = cursor ?? startAfter ?? ''
      const behind = [...objects.values()]
        .filter(({ key }) => key.startsWith(prefix) && key > after)
        .sort((one, other) => (one.key < other.key ? -1 : 1))
      const found = behind.slice(0, Math.min(limit, page))
      const truncated = found.length < behind.length
      return { objects: found, truncated, cursor: truncated ? found.at(-1)!.key : undefined }
    },
    async createMultipartUpload(key) {
      let parts: Map<number, Uint8Array> | undefined = new Map()
      return {
        async uploadPart(number, bytes) {
          if (!parts) throw new Error(NOTHING)
          parts.set(number, new Uint8Array(bytes))
          return { partNumber: number }
        },
        async complete(named) {
          if (!parts) throw new Error(NOTHING)
          const inOrder = (named as { partNumber: number }[]).map(
            ({ partNumber }) => parts!.get(partNumber)!,
          )
          const sizes = new Set(inOrder.slice(0, -1).map(({ length }) => length))
          if (sizes.size > 1 || [...sizes].some((size) => size < LEAST_PART)) {
            throw new Error('complete: all parts but the last must have one size, 5 MiB or more')
          }
          parts = undefined
          return keep(key, Buffer.concat(inOrder))
        },
        async abort() {
          parts = undefined
        },
      }
    },
  }
}
