import { type FileHandle, open } from 'node:fs/promises'
import type { ByteRange } from '../../app/codecs/byte-range.ts'
import { codeOf } from './durable-folder.ts'

/** Bytes read at a time. */
const PIECE = 256 * 1024

/** A file's bytes as they are asked for; undefined when there is no file. */
export async function readFileStream(
  path: string,
  range?: ByteRange,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const handle = await openIfThere(path)
  if (!handle) return undefined
  let position = range?.first ?? 0
  const end = range ? range.last + 1 : Number.POSITIVE_INFINITY
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const wanted = Math.min(PIECE, end - position)
          const buffer = new Uint8Array(wanted)
          const bytesRead =
            wanted > 0 ? (await handle.read(buffer, 0, wanted, position)).bytesRead : 0
          position += bytesRead
          if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead))
          if (bytesRead > 0 && position < end) return
          controller.close()
          await handle.close()
        } catch (thrown) {
          await handle.close()
          throw thrown
        }
      },
      cancel: () => handle.close(),
    },
    // Read ahead by one piece, so that the disk works while the network does.
    { highWaterMark: 1 },
  )
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined
    throw thrown
  }
}
