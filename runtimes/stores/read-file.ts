import { type FileHandle, open } from 'node:fs/promises'
import type { ByteRange } from '../../app/codecs/bytes/byte-range.ts'
import { codeOf } from './durable-folder.ts'

/** Bytes read at a time for readers that bring no room of their own. */
const PIECE = 256 * 1024

/** A file's bytes as they are asked for, into the reader's own room where it brings some; undefined when there is no file. */
export async function readFileStream(
  path: string,
  range?: ByteRange,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const handle = await openIfThere(path)
  if (!handle) return undefined
  let position = range?.first ?? 0
  const end = range ? range.last + 1 : Number.POSITIVE_INFINITY

  const pull = async (controller: ReadableByteStreamController) => {
    const request = controller.byobRequest
    const room = request?.view
      ? new Uint8Array(request.view.buffer, request.view.byteOffset, request.view.byteLength)
      : new Uint8Array(Math.min(PIECE, end - position))
    const wanted = Math.min(room.length, end - position)
    const bytesRead = wanted > 0 ? (await handle.read(room, 0, wanted, position)).bytesRead : 0
    position += bytesRead
    if (bytesRead === 0) {
      controller.close()
      request?.respond(0)
      await handle.close()
    } else if (request) request.respond(bytesRead)
    else controller.enqueue(room.subarray(0, bytesRead))
  }
  return new ReadableStream({
    type: 'bytes',
    pull: (controller) =>
      pull(controller).catch(async (thrown: unknown) => {
        await handle.close()
        throw thrown
      }),
    cancel: () => handle.close(),
  })
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined
    throw thrown
  }
}
