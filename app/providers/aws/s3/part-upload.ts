import type { encryption } from './buckets.ts'
import type { S3Access } from './client.ts'

/** Milliseconds S3 may take to copy one part, of up to 5 GB. */
const COPYING = 15 * 60_000

/** Where something is written, and how. */
export interface Target {
  bucket: string
  key: string
  ifAbsent?: boolean
  encryption: ReturnType<typeof encryption>
  /** Tags of the object as a query: `request_id=a&user_id=b`. */
  tagging?: string
}

/** A part of another object: first and last byte, both counted in; all of it when absent. */
interface Copied {
  bucket: string
  key: string
  range?: { first: number; last: number }
}

/** One multipart upload of S3. Parts are numbered in the order of the calls. */
export interface PartUpload {
  send(bytes: Uint8Array): Promise<void>
  copy(source: Copied): Promise<void>
  complete(): Promise<void>
  /** Forgets the parts. Never rejects: S3's own rule for what was not completed does the rest. */
  abort(): Promise<void>
}

export async function openPartUpload(
  { sdk, client }: S3Access,
  { bucket, key, ifAbsent, encryption, tagging }: Target,
): Promise<PartUpload> {
  const place = { Bucket: bucket, Key: key }
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({
      ...place,
      ...encryption,
      ...(tagging && { Tagging: tagging }),
    }),
  )
  const tags: (string | undefined)[] = []
  const next = () => ({ ...place, UploadId, PartNumber: tags.push(undefined) })

  return {
    async send(bytes) {
      const part = next()
      const command = new sdk.UploadPartCommand({
        ...part,
        Body: bytes,
        ContentLength: bytes.length,
      })
      tags[part.PartNumber - 1] = (await client.send(command)).ETag
    },
    async copy({ bucket: from, key: source, range }) {
      const part = next()
      const command = new sdk.UploadPartCopyCommand({
        ...part,
        CopySource: `${from}/${source.split('/').map(encodeURIComponent).join('/')}`,
        ...(range && { CopySourceRange: `bytes=${range.first}-${range.last}` }),
      })
      const { CopyPartResult } = await client.send(command, { requestTimeout: COPYING })
      tags[part.PartNumber - 1] = CopyPartResult?.ETag
    },
    async complete() {
      const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
      await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...place,
          UploadId,
          MultipartUpload: { Parts },
          ...(ifAbsent && { IfNoneMatch: '*' }),
        }),
      )
    },
    async abort() {
      const command = new sdk.AbortMultipartUploadCommand({ ...place, UploadId })
      await client.send(command).catch(() => {})
    },
  }
}
