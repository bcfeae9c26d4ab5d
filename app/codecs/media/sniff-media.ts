import { type ByteWindow, bigEndian, littleEndian, windowOn } from '../bytes/byte-window.ts'
import { entryOf } from '../table.ts'
import { sniffEbml, sniffIsoMedia, sniffOffice, sniffOgg, sniffZip } from './sniff-container.ts'
import { sniffText } from './sniff-text.ts'

/** How much of the content is looked at; containers are looked at in one or two places more. */
const HEAD = 4096

/** Binary string at a place, and what it means or who looks closer. */
type Signature = readonly [
  at: number,
  bytes: string,
  meaning: string | ((head: string, content: ByteWindow) => string | undefined),
]

const SIGNATURES: readonly Signature[] = [
  [0, '\x89PNG\r\n\x1a\n', 'image/png'],
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, 'GIF87a', 'image/gif'],
  [0, 'GIF89a', 'image/gif'],
  [0, 'BM', sniffBitmap],
  [0, 'II*\0', 'image/tiff'],
  [0, 'MM\0*', 'image/tiff'],
  [0, '{\\rtf', 'application/rtf'],
  [0, 'PK\x03\x04', sniffZip],
  [0, 'PK\x05\x06', 'application/zip'],
  [0, '\x1f\x8b', 'application/gzip'],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', sniffOffice],
  [0, 'RIFF', sniffRiff],
  [0, 'RF64', sniffRiff],
  [0, 'OggS', sniffOgg],
  [0, '\x1a\x45\xdf\xa3', sniffEbml],
  [4, 'ftyp', sniffIsoMedia],
  [4, 'moov', 'video/quicktime'],
  [4, 'mdat', 'video/quicktime'],
  [4, 'wide', 'video/quicktime'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'ID3', 'audio/mpeg'],
  [0, 'ADIF', 'audio/aac'],
  [0, '#!AMR', 'audio/amr'],
  [8, 'AIFF', 'audio/aiff'],
  [8, 'AIFC', 'audio/aiff'],
  [0, 'FLV\x01', 'video/x-flv'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'video/x-ms-wmv'],
  [0, '\0\0\x01\xba', 'video/mpeg'],
  [0, '\0\0\x01\xb3', 'video/mpeg'],
  [0, '\xff', sniffAudioFrames],
]

/**
 * The media type that content shows by itself, by magic bytes or by being text; undefined when it shows
 * none. Base64 must be padded and without white space, as `normaliseBase64` gives it; little of it is decoded.
 */
export function sniffMediaType(content: Uint8Array | string): string | undefined {
  const window = windowOn(content)
  const head = window.at(0, HEAD)
  for (const [at, bytes, meaning] of SIGNATURES) {
    if (!head.startsWith(bytes, at)) continue
    const found = typeof meaning === 'string' ? meaning : meaning(head, window)
    if (found) return found
  }
  // Readers of PDF take junk before the header, and scanners write it.
  if (head.slice(0, 1024).includes('%PDF-')) return 'application/pdf'
  if (isTransportStream(head)) return 'video/mp2t'
  return sniffText(head, window.size > head.length)
}

const BITMAP_HEADER_SIZES: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124])

function sniffBitmap(head: string): string | undefined {
  return BITMAP_HEADER_SIZES.has(littleEndian(head, 14, 4)) ? 'image/bmp' : undefined
}

const RIFF_FORMS: Readonly<Record<string, string>> = {
  WAVE: 'audio/wav',
  WEBP: 'image/webp',
  'AVI ': 'video/x-msvideo',
}

function sniffRiff(head: string): string | undefined {
  return entryOf(RIFF_FORMS, head.slice(8, 12))
}

/** MP3 and AAC without a container: two frames in a row, since raw samples may begin like one. */
function sniffAudioFrames(head: string): string | undefined {
  const second = head.charCodeAt(1)
  if ((second & 0xf6) === 0xf0) {
    const length = (bigEndian(head, 3, 3) >>> 5) & 0x1fff
    return length >= 7 && followedBySync(head, length) ? 'audio/aac' : undefined
  }
  const isLayerTwoOrThree = (second & 0xe0) === 0xe0 && [1, 2].includes((second >>> 1) & 3)
  const isReserved = (second & 0x18) === 0x08 || (head.charCodeAt(2) & 0xf0) === 0xf0
  if (!isLayerTwoOrThree || isReserved) return undefined
  const next = head.indexOf(head.slice(0, 2), 24)
  return next !== -1 && next <= 1729 ? 'audio/mpeg' : undefined
}

function followedBySync(head: string, length: number): boolean {
  return head.length <= length || head.startsWith(head.slice(0, 2), length)
}

const PACKET = 188

function isTransportStream(head: string): boolean {
  return [0, PACKET, 2 * PACKET].every((at) => head[at] === 'G')
}
