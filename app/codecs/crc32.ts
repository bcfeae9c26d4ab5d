const SLICES = 8

/** Eight tables of 256 in a row: table `n` is what a byte does to the sum when `n` more bytes follow it. */
const TABLE = sliceTables()

function sliceTables(): Int32Array {
  const table = new Int32Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
    table[byte] = sum
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256]!
    table[at] = (before >>> 8) ^ table[before & 255]!
  }
  return table
}

/** CRC-32 (ISO-HDLC, as in zip and AWS event streams) of the bytes from `start` up to `end`, unsigned. */
export function crc32(view: DataView, start: number, end: number): number {
  let sum = -1
  let at = start
  // Slicing by eight: two words a turn. On Node that is faster than calling into zlib for frames of a token.
  for (const last = end - 8; at <= last; at += 8) {
    const low = sum ^ view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    sum =
      TABLE[1792 + (low & 255)]! ^
      TABLE[1536 + ((low >>> 8) & 255)]! ^
      TABLE[1280 + ((low >>> 16) & 255)]! ^
      TABLE[1024 + (low >>> 24)]! ^
      TABLE[768 + (high & 255)]! ^
      TABLE[512 + ((high >>> 8) & 255)]! ^
      TABLE[256 + ((high >>> 16) & 255)]! ^
      TABLE[high >>> 24]!
  }
  for (; at < end; at++) sum = TABLE[(sum ^ view.getUint8(at)) & 255]! ^ (sum >>> 8)
  return ~sum >>> 0
}
