import type { Config } from '../../../config.ts'
import { messageOf } from '../../../errors.ts'
import { regionsOf } from '../regions-of.ts'
import { bucketRegion, encryption } from '../s3/buckets.ts'
import { type S3Access, type S3Options, s3Access } from '../s3/client.ts'
import { isMissing, told } from '../s3/errors.ts'
import { writeObject } from '../s3/write-object.ts'
import { tagsOf } from '../tags.ts'
import type { Leases } from './leases.ts'

type Labels = Readonly<Record<string, string>>

/** A folder of S3 for one piece of work, which is gone when the work is done. */
export interface AudioFolder {
  region: string
  bucket: string
  /** What the keys in it begin with, a slash at the end. */
  prefix: string
  /** Whoever laid something here for others does not close it any more. */
  taken: boolean
  /** Unlike every other: `outcrop-3f2a9c1b7d5e-8d1f...`. Jobs are called so. */
  name: string
  address(file: string): string
  write(
    file: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
    labels: Labels,
  ): Promise<number>
  /** Undefined where there is no such file. */
  read(file: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** The files in it. */
  list(): Promise<string[]>
  /**
   * Removes all of it. Never rejects: what could not be removed is swept later, and the log says so; a job that is
   * not gone as well.
   */
  close(isJobGone?: boolean): Promise<void>
}

export interface AudioFolders {
  /** Whether a bucket is configured in a region. */
  hasBucket(region: string): boolean
  open(region: string): Promise<AudioFolder>
  /** The folder of this address, if it is one that is open here. */
  at(address: string): AudioFolder | undefined
  /** Owners of folders in a region, and when the newest thing in them was written (Unix milliseconds). */
  owners(region: string): Promise<Map<string, number>>
  /** Removes all folders of an owner in a region. */
  removeOwned(owner: string, region: string): Promise<void>
}

interface FoldersOptions extends S3Options {
  leases: Leases
  warn(message: string, details: Record<string, unknown>): void
}

export const JOB_PREFIX = 'outcrop-'

/** Folders below `AWS_S3_TMP_PREFIX`, in the bucket of the region that works on them. Throws `GatewayError`. */
export function createAudioFolders(options: FoldersOptions): AudioFolders {
  const { config, leases, warn } = options
  const accesses = new Map<string, () => Promise<S3Access>>()
  const open = new Map<string, AudioFolder>()
  const base = `${config.AWS_S3_TMP_PREFIX}audio/`
  const accessTo = (region: string) => {
    const kept = accesses.get(region) ?? s3Access(options, region)
    accesses.set(region, kept)
    return kept()
  }
  const place = (region: string) => ({ region, bucket: bucketIn(config, region)! })
  return {
    hasBucket: (region) => bucketIn(config, region) !== undefined,
    at: (address) => open.get(address.slice(0, address.lastIndexOf('/') + 1)),
    async open(region) {
      const { bucket } = place(region)
      const end = await leases.begin()
      const id = crypto.randomUUID()
      const prefix = `${base}${leases.own()}/${id}/`
      const address = (file: string) => `s3://${bucket}/${prefix}${file}`
      const files = filesIn(() => accessTo(region), { bucket, prefix, config })
      const folder: AudioFolder = {
        region,
        bucket,
        prefix,
        taken: false,
        name: `${JOB_PREFIX}${leases.own()}-${id}`,
        address,
        ...files,
        async close(isJobGone = true) {
          if (!open.delete(address(''))) return
          try {
            await removeAll(await accessTo(region), bucket, prefix)
            end(isJobGone)
          } catch (thrown) {
            end(false)
            const detail = messageOf(thrown)
            warn('What audio left in S3 could not be removed yet.', { bucket, prefix, detail })
          }
        },
      }
      open.set(address(''), folder)
      return folder
    },
    async owners(region) {
      const { bucket } = place(region)
      const newest = new Map<string, number>()
      for await (const { key, modified } of keysBelow(await accessTo(region), bucket, base)) {
        const owner = key.slice(base.length).split('/', 1)[0]!
        newest.set(owner, Math.max(newest.get(owner) ?? 0, modified))
      }
      return newest
    },
    async removeOwned(owner, region) {
      await removeAll(await accessTo(region), place(region).bucket, `${base}${owner}/`)
    },
  }
}

function bucketIn(config: Config, region: string): string | undefined {
  const { AWS_S3_REGIONAL_BUCKETS: regional, AWS_S3_BUCKET: main } = config
  const home = bucketRegion(config)
  const { AWS_TRANSCRIBE_S3_BUCKET: own, AWS_TRANSCRIBE_REGION: chosen } = config
  const regions = regionsOf(config)
  const listens = chosen ?? (regions.includes(home) ? home : regions[0])
  if (own !== undefined && region === listens) return own
  if (Object.hasOwn(regional, region)) return regional[region]
  return home === region ? main : undefined
}

type Access = () => Promise<S3Access>
type Place = { bucket: string; prefix: string; config: Config }

function filesIn(access: Access, { bucket, prefix, config }: Place) {
  return {
    write: (file: string, body: ReadableStream<Uint8Array> | Uint8Array, labels: Labels) =>
      told(async () => {
        const target = {
          bucket,
          key: prefix + file,
          encryption: encryption(config),
          tagging: new URLSearchParams(tagsOf(labels)).toString(),
        }
        return (await writeObject(await access(), target, body)).size
      }),
    read: (file: string) =>
      told(async () => {
        const { sdk, client } = await access()
        const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: prefix + file })
        try {
          return (await client.send(command)).Body?.transformToWebStream()
        } catch (thrown) {
          if (isMissing(thrown)) return undefined
          throw thrown
        }
      }),
    list: () =>
      told(async () => {
        const files: string[] = []
        for await (const { key } of keysBelow(await access(), bucket, prefix)) {
          files.push(key.slice(prefix.length))
        }
        return files
      }),
  }
}

async function* keysBelow({ sdk, client }: S3Access, bucket: string, prefix: string) {
  for (let token: string | undefined; ; ) {
    const { Contents = [], NextContinuationToken } = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token && { ContinuationToken: token }),
      }),
    )
    for (const { Key = '', LastModified } of Contents) {
      yield { key: Key, modified: LastModified?.getTime() ?? 0 }
    }
    token = NextContinuationToken
    if (!token) return
  }
}

async function removeAll(access: S3Access, bucket: string, prefix: string): Promise<void> {
  const keys: string[] = []
  for await (const { key } of keysBelow(access, bucket, prefix)) keys.push(key)
  for (const key of keys) {
    const command = new access.sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })
    await access.client.send(command).catch((thrown: unknown) => {
      if (!isMissing(thrown)) throw thrown
    })
  }
  await abortUploads(access, bucket, prefix)
}

/** A process that died while it wrote leaves parts, which no listing of objects shows. */
async function abortUploads({ sdk, client }: S3Access, bucket: string, prefix: string) {
  const listing = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix })
  // Stand-ins for S3 do not know the listing; S3's own rule for what was not completed does the rest.
  const { Uploads = [] } = await client.send(listing).catch(() => ({ Uploads: [] }))
  for (const { Key, UploadId } of Uploads) {
    const place = { Bucket: bucket, Key, UploadId }
    await client.send(new sdk.AbortMultipartUploadCommand(place)).catch(() => {})
  }
}
