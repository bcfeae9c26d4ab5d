import { inPieces } from '../../app/codecs/bytes/byte-pieces.ts'
import { GatewayError } from '../../app/errors.ts'
import type { ObjectStore, StoredObject } from '../../app/ports/object-store.ts'

interface R2Object {
  key: string
  size: number
  uploaded: Date
}

interface R2Upload {
  uploadPart(number: number, bytes: Uint8Array): Promise<object>
  complete(parts: object[]): Promise<R2Object>
  abort(): Promise<void>
}

/** The binding of a bucket, as far as it is used: https://developers.cloudflare.com/r2/api/workers/workers-api-reference/ */
export interface R2Bucket {
  head(key: string): Promise<R2Object | null>
  get(
    key: string,
    options?: { range: { offset: number; length: number } },
  ): Promise<{ body: ReadableStream<Uint8Array> } | null>
  put(
    key: string,
    bytes: Uint8Array,
    options?: { onlyIf: { etagDoesNotMatch: string } },
  ): Promise<R2Object | null>
  delete(key: string): Promise<void>
  list(options: {
    prefix: string
    limit: number
    startAfter?: string
    cursor?: string
  }): Promise<{ objects: R2Object[]; truncated: boolean; cursor?: string }>
  createMultipartUpload(key: string): Promise<R2Upload>
}

/** R2 wants parts of one size, of which 10,000 make an object; what a Worker has of memory allows no larger. */
const PART = 8 * 1024 * 1024
const PAGE = 1000

/** Objects in a bucket of R2, bound to the Worker. */
export function createR2ObjectStore(bucket: R2Bucket): ObjectStore {
  const write = (key: string, body: ReadableStream<Uint8Array>) => writeStream(bucket, key, body)
  return {
    async put(key, body, { ifAbsent } = {}) {
      if (!(body instanceof Uint8Array)) {
        return ifAbsent && (await asked(bucket.head(key))) ? undefined : write(key, body)
      }
      const options = ifAbsent ? { onlyIf: { etagDoesNotMatch: '*' } } : undefined
      const written = await asked(bucket.put(key, body, options))
      return written ? told(written) : undefined
    },
    async get(key, range) {
      const span = range && { offset: range.first, length: range.last - range.first + 1 }
      const found = await asked(bucket.get(key, span && { range: span }))
      return found?.body
    },
    delete: (key) => asked(bucket.delete(key)).then(() => undefined),
    async list(prefix, { after, limit = PAGE } = {}) {
      const found: StoredObject[] = []
      for (let cursor: string | undefined; ; ) {
        const wanted = { prefix, limit: Math.min(PAGE, limit - found.length) }
        const from = cursor ? { cursor } : { startAfter: after }
        const page = await asked(bucket.list({ ...wanted, ...from }))
        found.push(...page.objects.map(told))
        cursor = page.truncated ? page.cursor : undefined
        if (!cursor || found.length >= limit) return found
      }
    },
    join: (key, sources) => write(key, oneAfterAnother(bucket, sources)),
  }
}

const told = ({ key, size, uploaded }: R2Object): StoredObject => ({
  key,
  size,
  modified: uploaded.getTime(),
})

/** At once where it fits in one part, else in parts. */
async function writeStream(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
): Promise<StoredObject> {
  let upload: R2Upload | undefined
  let held: Uint8Array | undefined
  const parts: object[] = []
  try {
    for await (const piece of inPieces(body, () => PART)) {
      if (held) {
        upload ??= await asked(bucket.createMultipartUpload(key))
        parts.push(await asked(upload.uploadPart(parts.length + 1, held)))
      }
      held = piece
    }
    if (!upload) return told((await asked(bucket.put(key, held ?? new Uint8Array())))!)
    parts.push(await asked(upload.uploadPart(parts.length + 1, held!)))
    return told(await asked(upload.complete(parts)))
  } catch (thrown) {
    // R2 drops what is left after a week; what went wrong first is told.
    await upload?.abort().catch(() => {})
    throw thrown
  }
}

/** R2 copies nothing within itself: the bytes come through the Worker. */
function oneAfterAnother(
  bucket: R2Bucket,
  sources: readonly StoredObject[],
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const run = async () => {
    for (const { key } of sources) {
      const found = await bucket.get(key)
      if (!found) throw new Error(`There is no object ${key}.`)
      await found.body.pipeTo(writable, { preventClose: true })
    }
    await writable.close()
  }
  asked(run()).catch((thrown) => writable.abort(thrown).catch(() => {}))
  return readable
}

/** Errors end with R2's own number: too many requests, and out of service. https://developers.cloudflare.com/r2/api/error-codes/ */
const BUSY = /\((10058|10043)\)$/

/** What the bucket says, or why it could not be asked. */
async function asked<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (cause) {
    throw cause instanceof Error && BUSY.test(cause.message)
      ? new GatewayError('overloaded', 'The store of files is busy. Retry the request.', { cause })
      : new GatewayError(
          'upstream',
          'The store of files could not be reached. Retry the request later.',
          { cause },
        )
  }
}

/** Opens the bucket bound as `FILES`, if there is one. */
export function bucketOf(env: object): (() => ObjectStore) | undefined {
  const bound = 'FILES' in env ? env.FILES : undefined
  const isBucket = typeof bound === 'object' && bound !== null && 'createMultipartUpload' in bound
  return isBucket ? () => createR2ObjectStore(bound as R2Bucket) : undefined
}
