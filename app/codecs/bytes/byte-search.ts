/** Finds one sequence of bytes, prepared once, in many others. */
interface ByteSearch {
  length: number
  /** The place of the first; -1 when there is none. */
  find(bytes: Uint8Array): number
  /** How many of the last bytes may be the beginning of the sequence. */
  begunAtEnd(bytes: Uint8Array): number
}

/** Boyer, Moore and Horspool: looks at one byte in as many as the sequence is long. At most 255 bytes. */
export function createByteSearch(wanted: Uint8Array): ByteSearch {
  const { length } = wanted
  const last = wanted[length - 1]!
  const skips = new Uint8Array(256).fill(length)
  for (let at = 0; at < length - 1; at++) skips[wanted[at]!] = length - 1 - at

  const standsAt = (bytes: Uint8Array, from: number, count: number) => {
    for (let at = 0; at < count; at++) if (bytes[from + at] !== wanted[at]) return false
    return true
  }

  return {
    length,
    find(bytes) {
      for (let end = length - 1; end < bytes.length; ) {
        const byte = bytes[end]!
        if (byte === last && standsAt(bytes, end - length + 1, length - 1)) return end - length + 1
        end += skips[byte]!
      }
      return -1
    },
    begunAtEnd(bytes) {
      for (let count = Math.min(length - 1, bytes.length); count > 0; count--) {
        if (standsAt(bytes, bytes.length - count, count)) return count
      }
      return 0
    },
  }
}
