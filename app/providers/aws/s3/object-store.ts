import type { ByteRange } from '../../../codecs/bytes/byte-range.ts'
import type { ObjectStore, StoredObject } from '../../../ports/object-store.ts'
import { bucketRegion, encryption, encryptionHeaders } from './buckets.ts'
import { type S3Access, type S3Options, s3Access } from './client.ts'
import { faultName, faultStatus, isMissing, isUnsupported, listing, storeFault } from './errors.ts'
import { joinObjects } from './join-objects.ts'
import { presigner } from './presign.ts'
import { readBody } from './read-body.ts'
import { writeObject } from './write-object.ts'

/** Objects in one S3 bucket, below a prefix. Any number of servers may share it. */
export function createS3ObjectStore(options: S3Options, bucket: string): ObjectStore {
  const { config } = options
  const region = bucketRegion(config)
  const access = s3Access(options, region)
  const patience = config.AWS_S3_TIMEOUT * 1000
  const store: Store = { bucket, prefix: config.AWS_S3_FILES_PREFIX, patience, access }
  const presign = presigner(options, { bucket, region })
  const writeHeaders = encryptionHeaders(config)
  const targetOf = (key: string, ifAbsent = false) => ({
    bucket,
    key: store.prefix + key,
    ifAbsent,
    encryption: encryption(config),
  })

  return {
    put: (key, body, { ifAbsent = false } = {}) =>
      put(store, targetOf(key, ifAbsent), body).then((written) => written && { key, ...written }),
    get: (key, range) => get(store, key, range),
    delete: (key) => remove(store, key),
    list: (prefix, { after, limit = 1000 } = {}) => list(store, { prefix, after, limit }),
    join: (key, sources) => join(store, targetOf(key), { key, sources }),
    presign: (key, asked) => presign(store.prefix + key, asked),
    ...(Object.keys(writeHeaders).length > 0 && { writeHeaders }),
    address: (key) => `s3://${bucket}/${store.prefix}${key}`,
  }
}

interface Store {
  bucket: string
  prefix: string
  /** Milliseconds that the body of an object may stand still. */
  patience: number
  access(): Promise<S3Access>
}

type Target = Parameters<typeof writeObject>[1]
type Body = Parameters<typeof writeObject>[2]

/** How often a write is tried again that meets another of its key, and after how many milliseconds. */
const TRIES = 5
const PAUSE = 100

async function put(store: Store, target: Target, body: Body) {
  for (let left = TRIES; ; left--) {
    try {
      const access = await store.access()
      // Stand-ins for S3 do not know the condition; S3 itself holds to it, whoever comes between.
      if (target.ifAbsent && (await isThere(access, target))) return undefined
      return await writeObject(access, target, body)
    } catch (thrown) {
      if (target.ifAbsent && faultStatus(thrown) === 412) return undefined
      if (!isConflict(thrown) || !(body instanceof Uint8Array) || left === 0)
        throw storeFault(thrown)
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

/** Another write of the key has not ended: S3 says to ask again, for nobody knows yet who was first. */
const isConflict = (thrown: unknown) => faultName(thrown) === 'ConditionalRequestConflict'

async function isThere({ sdk, client }: S3Access, { bucket, key }: Target): Promise<boolean> {
  try {
    await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }))
    return true
  } catch (thrown) {
    if (isMissing(thrown)) return false
    throw thrown
  }
}

async function get(
  { bucket, prefix, patience, access }: Store,
  key: string,
  range?: ByteRange,
): Promise<ReadableStream<Uint8Array> | undefined> {
  try {
    const { sdk, client } = await access()
    const command = new sdk.GetObjectCommand({
      Bucket: bucket,
      Key: prefix + key,
      ...(range && { Range: `bytes=${range.first}-${range.last}` }),
    })
    const { Body, ContentLength } = await client.send(command)
    const body = Body && readBody(Body.transformToWebStream(), patience)
    if (!range || ContentLength === range.last - range.first + 1) return body
    // What stands between us and S3 may answer with a page of its own.
    await body?.cancel()
    throw new Error(`S3 gave ${ContentLength} bytes of ${key}, not those of the range.`)
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw storeFault(thrown)
  }
}

async function remove({ bucket, prefix, access }: Store, key: string): Promise<undefined> {
  try {
    const { sdk, client } = await access()
    await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: prefix + key }))
  } catch (thrown) {
    if (!isMissing(thrown)) throw storeFault(thrown)
  }
}

/** S3 lists a thousand keys at a time, and may give fewer than there are. */
const PAGE = 1000

async function list(
  { bucket, prefix: own, access }: Store,
  { prefix, after, limit }: { prefix: string; after: string | undefined; limit: number },
): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  try {
    const { sdk, client } = await access()
    for (let token: string | undefined; ; ) {
      const command = new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: own + prefix,
        MaxKeys: Math.min(PAGE, limit - found.length),
        ...(token ? { ContinuationToken: token } : after && { StartAfter: own + after }),
      })
      const { Contents = [], NextContinuationToken } = listing(await client.send(command))
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        const key = Key.slice(own.length)
        found.push({ key, size: Size, modified: LastModified?.getTime() ?? 0 })
      }
      token = NextContinuationToken
      if (!token || found.length >= limit) return found
    }
  } catch (thrown) {
    throw storeFault(thrown)
  }
}

async function join(
  store: Store,
  target: Target,
  { key, sources }: { key: string; sources: readonly StoredObject[] },
): Promise<StoredObject> {
  const size = sources.reduce((sum, source) => sum + source.size, 0)
  const open = async (source: StoredObject, range?: ByteRange) => {
    const body = await get(store, source.key, range)
    if (!body) throw new Error(`There is no object ${source.key}.`)
    return body
  }
  try {
    const access = await store.access()
    try {
      await joinObjects(access, {
        target,
        sources,
        keyOf: (source) => store.prefix + source.key,
        read: ({ source, first, last }) => open(sources[source]!, { first, last }),
      })
    } catch (thrown) {
      if (!isUnsupported(thrown)) throw thrown
      await writeObject(access, target, oneAfterAnother(sources, open))
    }
    return { key, size, modified: Date.now() }
  } catch (thrown) {
    throw storeFault(thrown)
  }
}

/** For stand-ins that cannot copy into parts: the bytes go through us. */
function oneAfterAnother(
  sources: readonly StoredObject[],
  open: (source: StoredObject) => Promise<ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const run = async () => {
    for (const source of sources) {
      if (source.size > 0) await (await open(source)).pipeTo(writable, { preventClose: true })
    }
    await writable.close()
  }
  run().catch((thrown) => writable.abort(thrown).catch(() => {}))
  return readable
}
