import { GatewayError } from '../../../errors.ts'
import type { MediaSources } from '../../../ports/media-sources.ts'
import type { FetchedFile, WebFetchOptions } from '../../../ports/web-fetch.ts'
import { bucketRegion, encryption, mayRead, placeOf, refuseDetour } from './buckets.ts'
import { type S3Access, type S3Options, s3Access } from './client.ts'
import { attachmentFault, faultStatus, storeFault } from './errors.ts'
import { writeObject } from './write-object.ts'

/** Bytes that show what an object is. */
const BEGINNING = 4096
/** Milliseconds to look at them: where S3 cannot be reached, the names have to do. */
const GLANCE = 2000
/** Milliseconds not to look again after S3 did not answer, or nobody here has credentials for it. */
const RESPITE = 60_000

type S3Sources = Pick<MediaSources, 's3' | 'checkS3' | 'beginningInS3' | 'stage'>

/** Reads attachments that callers keep in S3, and puts there what is too large for a request. */
export function s3Attachments(options: S3Options): S3Sources {
  const { config } = options
  const region = bucketRegion(config)
  const access = s3Access(options, region)
  const checkS3 = (uri: string) => {
    const place = placeOf(uri)
    refuseDetour(place)
    if (!mayRead(config, place)) throw forbidden(place.bucket)
  }
  let lookAt = 0
  return {
    checkS3,
    async beginningInS3(uri, { signal }) {
      checkS3(uri)
      if (Date.now() < lookAt) return undefined
      try {
        const soon = AbortSignal.any([signal, AbortSignal.timeout(GLANCE)])
        return await beginning(access, uri, soon)
      } catch (thrown) {
        // The model reads it by itself, and says what is wrong with it.
        const wasAnswered = faultStatus(thrown) !== undefined
        if (!wasAnswered && !signal.aborted) lookAt = Date.now() + RESPITE
        return undefined
      }
    },
    async s3(uri, asked) {
      checkS3(uri)
      return read(access, uri, asked)
    },
    stage: stager(options, region),
  }
}

async function beginning(
  access: () => Promise<S3Access>,
  uri: string,
  abortSignal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { bucket, key } = placeOf(uri)
  const { sdk, client } = await access()
  const Range = `bytes=0-${BEGINNING - 1}`
  const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, Range })
  const { Body, ContentLength = Infinity } = await client.send(command, { abortSignal })
  if (ContentLength <= BEGINNING) return Body?.transformToByteArray()
  // A stand-in that knows no ranges sends all of it.
  await Body?.transformToWebStream().cancel()
  return undefined
}

async function read(
  access: () => Promise<S3Access>,
  uri: string,
  { maxBytes, timeout, signal }: WebFetchOptions,
): Promise<FetchedFile> {
  const { bucket, key } = placeOf(uri)
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  try {
    const { sdk, client } = await access()
    const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key })
    const { Body, ContentLength, ContentType } = await client.send(command, { abortSignal: ends })
    if (ContentLength === undefined || ContentLength > maxBytes) {
      await Body?.transformToWebStream().cancel()
      throw tooLarge(uri, maxBytes)
    }
    return {
      bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
      mediaType: ContentType,
      name: key.slice(key.lastIndexOf('/') + 1),
    }
  } catch (thrown) {
    throw attachmentFault(thrown, uri)
  }
}

/** Undefined where there is no bucket to put anything into. */
function stager(options: S3Options, home: string): MediaSources['stage'] {
  const { config } = options
  const first = config.AWS_BEDROCK_REGIONS[0] ?? home
  const regional = config.AWS_S3_REGIONAL_BUCKETS[first]
  const bucket = regional ?? config.AWS_S3_BUCKET
  if (!bucket) return undefined
  const access = s3Access(options, regional ? first : home)
  return async ({ bytes }) => {
    const key = config.AWS_S3_TMP_PREFIX + crypto.randomUUID()
    try {
      await writeObject(await access(), { bucket, key, encryption: encryption(config) }, bytes)
    } catch (thrown) {
      throw storeFault(thrown)
    }
    return `s3://${bucket}/${key}`
  }
}

function forbidden(bucket: string): GatewayError {
  return new GatewayError(
    'permission',
    `Attachments in the bucket ${bucket} are not read here. The server accepts buckets by AWS_S3_ACCEPTED_BUCKETS.`,
    { reason: 'bucket_not_accepted' },
  )
}

function tooLarge(uri: string, maxBytes: number): GatewayError {
  return new GatewayError('too-large', `The object at ${uri} has more than ${maxBytes} bytes.`)
}
