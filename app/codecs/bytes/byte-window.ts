import { base64Size } from './base64.ts'

/**
 * Content that is only looked at in places. `at` gives bytes as a binary string, one code unit a byte,
 * fewer where the content ends.
 */
export interface ByteWindow {
  size: number
  at(start: number, length: number): string
}

/** A window on bytes, or on padded base64 of which only the places looked at are decoded. */
export function windowOn(content: Uint8Array | string): ByteWindow {
  return typeof content === 'string' ? base64Window(content) : bytesWindow(content)
}

function bytesWindow(bytes: Uint8Array): ByteWindow {
  return {
    size: bytes.length,
    at(start, length) {
      let text = ''
      const end = Math.min(bytes.length, start + length)
      for (let from = start; from < end; from += 8192) {
        const piece = bytes.subarray(from, Math.min(end, from + 8192))
        // Spread, the bytes would be iterated over, which makes an object of every one.
        text += Reflect.apply(String.fromCharCode, undefined, piece)
      }
      return text
    },
  }
}

function base64Window(text: string): ByteWindow {
  return {
    size: base64Size(text),
    at(start, length) {
      const group = Math.floor(start / 3)
      const groups = text.slice(group * 4, Math.ceil((start + length) / 3) * 4)
      const skipped = start - group * 3
      return atob(groups).slice(skipped, skipped + length)
    },
  }
}

/** Big-endian number of `length` bytes in a binary string; missing bytes count as zero. */
export function bigEndian(text: string, start: number, length: number): number {
  let value = 0
  for (let at = start; at < start + length; at++) value = value * 256 + (text.charCodeAt(at) || 0)
  return value
}

/** Little-endian number of `length` bytes in a binary string; missing bytes count as zero. */
export function littleEndian(text: string, start: number, length: number): number {
  let value = 0
  for (let at = start + length - 1; at >= start; at--)
    value = value * 256 + (text.charCodeAt(at) || 0)
  return value
}
