import type { Config } from '../../../config.ts'
import { bucketRegion, encryption, placeOf } from './buckets.ts'
import { type S3Access, type S3Options, s3Access } from './client.ts'
import { isMissing, listing, told } from './errors.ts'

/** Where asynchronous jobs of Bedrock write, and what they read lies, which must be a bucket in their region. */
export interface JobOutputs {
  /** A new folder, `s3://bucket/key`, for a job in this region; undefined where no bucket is configured there. */
  folderIn(region: string): string | undefined
  /** The addresses of the objects below a folder. */
  list(folder: string, region: string): Promise<string[]>
  read(uri: string, region: string): Promise<string>
  write(
    uri: string,
    region: string,
    object: { mediaType: string; bytes: Uint8Array },
  ): Promise<void>
  /** Removes every object below a folder. */
  remove(folder: string, region: string): Promise<void>
}

/** The outputs lie below the prefix of what is kept for one request. Throws `GatewayError`. */
export function createJobOutputs(options: S3Options): JobOutputs {
  const { config } = options
  const accesses = new Map<string, () => Promise<S3Access>>()
  const accessTo = (region: string) => {
    const kept = accesses.get(region) ?? s3Access(options, region)
    accesses.set(region, kept)
    return kept()
  }
  const list = async (folder: string, region: string) => {
    const { sdk, client } = await accessTo(region)
    const { bucket, key } = placeOf(folder)
    const command = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: `${key}/` })
    const { Contents = [] } = listing(await client.send(command))
    return Contents.map(({ Key = '' }) => `s3://${bucket}/${Key}`)
  }
  return {
    folderIn(region) {
      const bucket = bucketIn(config, region)
      return bucket && `s3://${bucket}/${config.AWS_S3_TMP_PREFIX}${crypto.randomUUID()}`
    },
    list: (folder, region) => told(() => list(folder, region)),
    read: (uri, region) =>
      told(async () => {
        const { sdk, client } = await accessTo(region)
        const { bucket, key } = placeOf(uri)
        const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key })
        return (await (await client.send(command)).Body?.transformToString()) ?? ''
      }),
    write: (uri, region, { mediaType, bytes }) =>
      told(async () => {
        const { sdk, client } = await accessTo(region)
        const { bucket, key } = placeOf(uri)
        const command = new sdk.PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ContentType: mediaType,
          ...encryption(config),
        })
        await client.send(command)
      }),
    remove: (folder, region) =>
      told(async () => {
        const { sdk, client } = await accessTo(region)
        for (const uri of await list(folder, region)) {
          const { bucket, key } = placeOf(uri)
          await client
            .send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }))
            .catch((thrown: unknown) => {
              if (!isMissing(thrown)) throw thrown
            })
        }
      }),
  }
}

function bucketIn(config: Config, region: string): string | undefined {
  const { AWS_S3_REGIONAL_BUCKETS: regional, AWS_S3_BUCKET: main } = config
  if (Object.hasOwn(regional, region)) return regional[region]
  return bucketRegion(config) === region ? main : undefined
}
