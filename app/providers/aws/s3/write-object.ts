import { inPieces, release } from '../../../codecs/bytes/byte-pieces.ts'
import type { StoredObject } from '../../../ports/object-store.ts'
import type { S3Access } from './client.ts'
import { openPartUpload, type PartUpload, type Target } from './part-upload.ts'

/** Bytes of a part: with the one that is being sent, what one upload holds in memory. */
const PART = 6 * 1024 * 1024
/** Parts of one size; then they double, so that the 10,000 S3 takes reach for anything. */
const STEP = 2000

/** Writes an object of unknown length: at once where it fits in one part, else in parts, one being sent while the next comes in. */
export async function writeObject(
  access: S3Access,
  target: Target,
  body: ReadableStream<Uint8Array> | Uint8Array,
): Promise<Omit<StoredObject, 'key'>> {
  if (body instanceof Uint8Array) return writeWhole(access, target, body)
  let upload: PartUpload | undefined
  let sending: Promise<void> = Promise.resolve()
  let held: Uint8Array | undefined
  let size = 0
  try {
    for await (const piece of inPieces(body, sizeOfPart)) {
      if (held) {
        upload ??= await openPartUpload(access, target)
        await sending
        sending = sendOff(upload, held)
        // Waited for with the next piece; until then nobody else may hear of its failure.
        sending.catch(() => {})
      }
      held = piece
      size += piece.length
    }
    if (!upload) return await writeWhole(access, target, held ?? new Uint8Array())
    await sending
    await upload.send(held!)
    await upload.complete()
    return { size, modified: Date.now() }
  } catch (thrown) {
    await upload?.abort()
    throw thrown
  }
}

async function sendOff(upload: PartUpload, piece: Uint8Array): Promise<void> {
  await upload.send(piece)
  release(piece)
}

const sizeOfPart = (index: number) => PART * 2 ** Math.floor(index / STEP)

async function writeWhole(
  { sdk, client }: S3Access,
  { bucket, key, ifAbsent, encryption, tagging }: Target,
  bytes: Uint8Array,
): Promise<Omit<StoredObject, 'key'>> {
  const command = new sdk.PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentLength: bytes.length,
    ...encryption,
    ...(tagging && { Tagging: tagging }),
    ...(ifAbsent && { IfNoneMatch: '*' }),
  })
  await client.send(command)
  return { size: bytes.length, modified: Date.now() }
}
