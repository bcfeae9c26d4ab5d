import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { GatewayError } from '../../errors.ts'
import type { LocalBuckets } from '../../ports/local-buckets.ts'
import type { MediaSources } from '../../ports/media-sources.ts'
import { placeOf } from '../aws/s3/buckets.ts'

/** Reads attachments from what stands in for S3, and fails as S3 does. */
export function bucketAttachments(buckets: LocalBuckets): Required<Pick<MediaSources, 's3'>> {
  return {
    async s3(uri, { maxBytes, signal }) {
      const { bucket, key } = placeOf(uri)
      const stream = await buckets.get(bucket, key)
      if (!stream) {
        throw new GatewayError(
          'invalid-request',
          `There is nothing at ${uri}. This server reads no S3; folders below EMBEDDED_BUCKETS_DIR stand in for buckets.`,
        )
      }
      const bytes = await gathered(stream, { maxBytes, signal })
      if (bytes) return { bytes, name: key.slice(key.lastIndexOf('/') + 1) }
      throw new GatewayError('too-large', `The object at ${uri} has more than ${maxBytes} bytes.`)
    },
  }
}

/** Undefined where there are more than that. */
async function gathered(
  stream: ReadableStream<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  // Leaving the loop closes the stream.
  for await (const piece of stream) {
    signal.throwIfAborted()
    size += piece.length
    if (size > maxBytes) return undefined
    pieces.push(piece)
  }
  return concatenated(pieces)
}
