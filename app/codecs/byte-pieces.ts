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

/** A stream in pieces of given sizes, the last as large as it comes. An empty stream has none. */
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
      yield concatenated(gathered)
      gathered = []
      index += 1
      room = sizeOf(index)
    }
  }
  if (gathered.length > 0) yield concatenated(gathered)
}
