/** Several pieces as one. */
export function concatenated(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Bytes of a buffer that several views may share, as small ones do in Node; those are left to the collector. */
const SHARED = 32 * 1024

/**
 * Gives the memory of bytes that nobody will look at again back at once. Runtimes make a new buffer of every
 * read from a socket, and would hold many megabytes of them before they collect any, in collections that
 * take a third of the time of an upload.
 */
export function release({ buffer, length }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength <= SHARED) return
  if (length * 2 > buffer.byteLength) buffer.transfer(0)
}

/** A stream in pieces of given sizes, the last as large as it comes. An empty stream has none. What came is released. */
export async function* inPieces(
  body: ReadableStream<Uint8Array>,
  sizeOf: (index: number) => number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let index = 0
  let gathered: Uint8Array[] = []
  let room = sizeOf(0)
  for await (const bytes of body) {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.subarray(0, room)
      gathered.push(taken)
      room -= taken.length
      rest = rest.subarray(taken.length)
      if (room > 0) continue
      yield gatherUp(gathered, rest)
      gathered = []
      index += 1
      room = sizeOf(index)
    }
  }
  if (gathered.length > 0) yield gatherUp(gathered)
}

/** One piece of all; what it is made of is released, but for what a rest is still in. */
function gatherUp(gathered: readonly Uint8Array[], rest?: Uint8Array): Uint8Array<ArrayBuffer> {
  const piece = concatenated(gathered)
  for (const one of gathered) if (!rest?.length || one.buffer !== rest.buffer) release(one)
  return piece
}
