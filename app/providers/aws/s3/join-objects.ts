import type { StoredObject } from '../../../ports/object-store.ts'
import type { S3Access } from './client.ts'
import { planJoin, type Stretch } from './join-plan.ts'
import { openPartUpload, type PartUpload, type Target } from './part-upload.ts'

interface Join {
  target: Target
  sources: readonly StoredObject[]
  /** Bytes of a stretch of a source. */
  read(stretch: Stretch): Promise<ReadableStream<Uint8Array>>
  /** The source's key in the bucket. */
  keyOf(source: StoredObject): string
}

/** A new object made of others of the same bucket; their bytes stay in S3 wherever it allows that. */
export async function joinObjects(access: S3Access, join: Join): Promise<void> {
  const upload = await openPartUpload(access, join.target)
  const steps = planJoin(join.sources.map(({ size }) => size))
  try {
    for (const step of steps) {
      if ('copy' in step) await copy(upload, step.copy, join)
      else await upload.send(await bytesOf(step.send, join))
    }
    await upload.complete()
  } catch (thrown) {
    await upload.abort()
    throw thrown
  }
}

async function copy(upload: PartUpload, stretch: Stretch, join: Join): Promise<void> {
  const source = join.sources[stretch.source]!
  const isWhole = stretch.first === 0 && stretch.last === source.size - 1
  await upload.copy({
    bucket: join.target.bucket,
    key: join.keyOf(source),
    ...(!isWhole && { range: stretch }),
  })
}

async function bytesOf(stretches: readonly Stretch[], { read }: Join): Promise<Uint8Array> {
  const pieces = await Promise.all(
    stretches.map(async (stretch) => new Response(await read(stretch)).blob()),
  )
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}
