import { type ByteWindow, bigEndian, littleEndian, windowOn } from '../bytes/byte-window.ts'

export interface ImageSize {
  mediaType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'
  /** Pixels. */
  width: number
  height: number
}

/** Enough for every header but JPEG's. */
const HEAD = 30

/**
 * Type and pixel size of a PNG, JPEG, GIF or WebP; undefined for everything else. Base64 must be padded
 * and without white space, as `normaliseBase64` gives it; little of it is decoded.
 */
export function imageSize(content: Uint8Array | string): ImageSize | undefined {
  const window = windowOn(content)
  const head = window.at(0, HEAD)
  if (head.startsWith('\x89PNG\r\n')) return png(head)
  if (head.startsWith('GIF8')) return gif(head)
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return webp(head)
  return head.startsWith('\xff\xd8') ? jpeg(window) : undefined
}

function png(head: string): ImageSize | undefined {
  if (head.length < 24) return undefined
  return sized('image/png', bigEndian(head, 16, 4), bigEndian(head, 20, 4))
}

function gif(head: string): ImageSize | undefined {
  if (head.length < 10) return undefined
  return sized('image/gif', littleEndian(head, 6, 2), littleEndian(head, 8, 2))
}

// https://developers.google.com/speed/webp/docs/riff_container: three kinds of first chunk.
function webp(head: string): ImageSize | undefined {
  if (head.startsWith('VP8X', 12) && head.length >= 30) {
    return sized('image/webp', littleEndian(head, 24, 3) + 1, littleEndian(head, 27, 3) + 1)
  }
  if (head.startsWith('VP8L', 12) && head.length >= 25) {
    const packed = littleEndian(head, 21, 4)
    return sized('image/webp', (packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1)
  }
  if (!head.startsWith('VP8 ', 12) || head.length < 30) return undefined
  const width = littleEndian(head, 26, 2) & 0x3fff
  return sized('image/webp', width, littleEndian(head, 28, 2) & 0x3fff)
}

/** Walks from segment to segment, so that a large preview inside costs nothing. */
function jpeg(window: ByteWindow): ImageSize | undefined {
  let at = 2
  while (at < window.size) {
    const segment = window.at(at, 9)
    const marker = segment.charCodeAt(1)
    if (segment[0] !== '\xff') return undefined
    if (isFrameHeader(marker)) {
      if (segment.length < 9) return undefined
      return sized('image/jpeg', bigEndian(segment, 7, 2), bigEndian(segment, 5, 2))
    }
    // Any number of FF bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + bigEndian(segment, 2, 2)
  }
  return undefined
}

// SOF0 to SOF15 hold the size; C4, C8 and CC in that range are other tables.
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function sized(
  mediaType: ImageSize['mediaType'],
  width: number,
  height: number,
): ImageSize | undefined {
  return width > 0 && height > 0 ? { mediaType, width, height } : undefined
}
