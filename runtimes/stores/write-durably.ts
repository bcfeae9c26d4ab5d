import { type FileHandle, open } from 'node:fs/promises'
import { release } from '../../app/codecs/bytes/byte-pieces.ts'

/** Bytes gathered before they are written: fewer, larger writes. */
const BATCH = 1024 * 1024
/** Bytes after which the disk is told to begin, so that the last flush is short. */
const FLUSH_EVERY = 64 * 1024 * 1024

/** Writes a new file and flushes it to the disk. Resolves with its size; a body that fails rejects with its own error. */
export async function writeDurably(
  path: string,
  bodies:
    | Iterable<ReadableStream<Uint8Array> | Uint8Array>
    | AsyncIterable<ReadableStream<Uint8Array>>,
): Promise<number> {
  const handle = await open(path, 'wx')
  try {
    const writer = createWriter(handle)
    for await (const body of bodies) {
      if (body instanceof Uint8Array) await writer.add(body)
      else await writer.drain(body)
    }
    const size = await writer.end()
    await handle.sync()
    return size
  } finally {
    await handle.close()
  }
}

/** Reads on while it writes: one write runs at a time, what comes meanwhile is gathered for the next. */
function createWriter(handle: FileHandle) {
  let gathered: Uint8Array[] = []
  let gatheredSize = 0
  let size = 0
  let unflushed = 0
  let writing: Promise<void> = Promise.resolve()
  let flushing: Promise<void> | undefined

  const write = async (pieces: Uint8Array[], length: number) => {
    let position = size
    size += length
    // A disk that is nearly full takes a part.
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await handle.writev(rest, position)
      position += bytesWritten
      rest = behind(rest, bytesWritten)
    }
    for (const piece of pieces) release(piece)
    unflushed += length
    if (unflushed < FLUSH_EVERY || flushing) return
    unflushed = 0
    flushing = handle
      .datasync()
      .catch(() => {})
      .finally(() => {
        flushing = undefined
      })
  }
  const send = async () => {
    const pieces = gathered
    const length = gatheredSize
    gathered = []
    gatheredSize = 0
    await writing
    writing = length > 0 ? write(pieces, length) : writing
    // It is waited for by whoever writes next; until then nobody else may hear of its failure.
    writing.catch(() => {})
  }

  const add = (bytes: Uint8Array): Promise<void> | undefined => {
    gathered.push(bytes)
    gatheredSize += bytes.length
    return gatheredSize >= BATCH ? send() : undefined
  }

  return {
    add,
    /** A stream to its end; it is cancelled when it cannot be written. */
    async drain(body: ReadableStream<Uint8Array>) {
      const reader = body.getReader()
      try {
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          await add(read.value)
        }
      } catch (thrown) {
        await reader.cancel(thrown).catch(() => {})
        throw thrown
      }
    },
    async end() {
      await send()
      await writing
      await flushing
      return size
    },
  }
}

/** What is left of buffers when so many of their bytes are written. */
function behind(pieces: Uint8Array[], written: number): Uint8Array[] {
  let left = written
  for (let index = 0; index < pieces.length; index++) {
    const { length } = pieces[index]!
    if (left < length) return [pieces[index]!.subarray(left), ...pieces.slice(index + 1)]
    left -= length
  }
  return []
}
