/** Pieces of bytes as one. */
export function joined(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Bytes cut at some offsets, in any order; what a network may deliver. */
export function cutAt(bytes: Uint8Array, offsets: number[]): Uint8Array[] {
  const borders = [0, ...offsets.toSorted((a, b) => a - b), bytes.length]
  return borders.slice(1).map((end, at) => bytes.subarray(borders[at], end))
}
