/** What a picture is made of, without what only tells about it. */
interface PngParts {
  /** Bits of one dot. */
  bits: number
  width: number
  height: number
  /** The compressed dots, in order. */
  data: Uint8Array<ArrayBuffer>[]
  /** Head, palette, transparency, dots and end with their sums, in order. */
  essential: Uint8Array<ArrayBuffer>[]
}

const SIGNATURE = 8
/** Length and name in front of a chunk's content, its sum behind. */
const FRONT = 8
const SUM = 4
const ESSENTIAL: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])
/** https://www.w3.org/TR/png-3/#11IHDR: colour type -> samples of a dot. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/**
 * The parts of a PNG that make its picture; undefined where its form is broken. Everything else is left out:
 * profiles and texts may be compressed as well, and nobody here wants them.
 */
export function pngParts(bytes: Uint8Array<ArrayBuffer>): PngParts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const essential = [bytes.subarray(0, SIGNATURE)]
  const data: Uint8Array<ArrayBuffer>[] = []
  let head: Pick<PngParts, 'bits' | 'width' | 'height'> | undefined
  for (let at = SIGNATURE; at + FRONT + SUM <= bytes.length; ) {
    const length = view.getUint32(at)
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + FRONT))
    const end = at + FRONT + length + SUM
    if (end > bytes.length || (head === undefined) !== (name === 'IHDR')) return undefined
    if (name === 'IHDR') {
      const samples = length === 13 && SAMPLES[bytes[at + FRONT + 9]!]
      if (!samples) return undefined
      const bits = samples * bytes[at + FRONT + 8]!
      head = { bits, width: view.getUint32(at + FRONT), height: view.getUint32(at + FRONT + 4) }
    }
    if (ESSENTIAL.has(name)) essential.push(bytes.subarray(at, end))
    if (name === 'IDAT') data.push(bytes.subarray(at + FRONT, end - SUM))
    if (name === 'IEND') return head && { ...head, data, essential }
    at = end
  }
  return undefined
}
