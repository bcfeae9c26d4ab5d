import { createByteSearch } from '../bytes/byte-search.ts'
import { entryOf } from '../table.ts'
import { secondsOfMpeg } from './mpeg-length.ts'
import { readWavHeader } from './wav.ts'

/** A recording, or its front. */
interface Sound {
  /** By its content: `audio/mpeg`. */
  mediaType: string
  bytes: Uint8Array
  /** Bytes of the whole. */
  size: number
}

/**
 * Seconds of a recording, as far as its container tells them; undefined where it does not, or not in its front.
 * Nothing is decoded.
 */
export function secondsOfSound({ mediaType, bytes, size }: Sound): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seconds = entryOf(READERS, mediaType)?.({ bytes, view, size })
  // Nothing that can be heard has less than a byte a second: that is a header of something else.
  if (seconds === undefined || !(seconds > 0 && seconds <= size)) return undefined
  return Math.round(seconds * 1000) / 1000
}

interface Front {
  bytes: Uint8Array
  view: DataView
  size: number
}

type Reader = (front: Front) => number | undefined

const READERS: Readonly<Record<string, Reader>> = {
  'audio/wav': ofWav,
  'audio/flac': (front) => ofFlac(front, 0),
  'audio/mpeg': ({ bytes, size }) => secondsOfMpeg(bytes, size),
  'audio/ogg': ofOgg,
  'audio/opus': ofOgg,
  'audio/mp4': ofMp4,
  'video/mp4': ofMp4,
}

function ofWav({ bytes, size }: Front): number | undefined {
  const wav = readWavHeader(bytes)
  if (!wav) return undefined
  const { dataStart, dataLength, seconds } = wav
  const rest = size - dataStart
  // A length that nobody knew reaches to the end of what is here.
  const isOpen = dataStart + dataLength === bytes.length
  return (seconds / dataLength) * (isOpen ? rest : Math.min(dataLength, rest))
}

const searchFor = (name: string) => createByteSearch(new TextEncoder().encode(name))
const FLAC = searchFor('fLaC')
const OPUS = searchFor('OpusHead')
const VORBIS = searchFor('\x01vorbis')
const PAGE = searchFor('OggS')

/** STREAMINFO (https://xiph.org/flac/format.html): 20 bits of rate, 36 of samples. */
function ofFlac({ bytes, view }: Front, start: number): number | undefined {
  if (FLAC.find(bytes.subarray(start, start + 4)) !== 0 || start + 26 > bytes.length)
    return undefined
  const samples = (view.getUint8(start + 21) & 0xf) * 2 ** 32 + view.getUint32(start + 22)
  return samples / (view.getUint32(start + 18) >>> 12)
}

/** Bytes in which the heads of a stream are; the longest page of Ogg. */
const HEADS = 4096
const LONGEST_PAGE = 65_307

/** The last page tells how many samples there are (RFC 3533, RFC 7845). */
function ofOgg({ bytes, view, size }: Front): number | undefined {
  const heads = bytes.subarray(0, HEADS)
  const flac = FLAC.find(heads)
  if (flac >= 0) return ofFlac({ bytes, view, size }, flac)
  const opus = OPUS.find(heads)
  const vorbis = VORBIS.find(heads)
  if ((opus < 0 && vorbis < 0) || size > bytes.length || bytes.length < HEADS / 32) return undefined
  const last = lastPage(bytes)
  if (last === undefined) return undefined
  const samples = Number(view.getBigInt64(last + 6, true))
  if (opus >= 0) return (samples - view.getUint16(opus + 10, true)) / 48_000
  return samples / view.getUint32(vorbis + 12, true)
}

function lastPage(bytes: Uint8Array): number | undefined {
  const start = Math.max(0, bytes.length - LONGEST_PAGE)
  let last: number | undefined
  for (let from = start; ; ) {
    const found = PAGE.find(bytes.subarray(from))
    if (found < 0 || from + found + 14 > bytes.length) return last
    last = from + found
    from = last + 4
  }
}

/** The box `mvhd` within `moov` (ISO/IEC 14496-12, 8.2.2); films in fragments tell nothing there. */
function ofMp4({ bytes, view }: Front): number | undefined {
  const movie = boxIn(view, 'moov', { start: 0, end: bytes.length })
  const head = movie && boxIn(view, 'mvhd', movie)
  if (!head || head.start + 32 > bytes.length) return undefined
  const { start } = head
  if (view.getUint8(start) === 1) {
    return Number(view.getBigUint64(start + 24)) / view.getUint32(start + 20)
  }
  const duration = view.getUint32(start + 16)
  return duration === UNKNOWN ? undefined : duration / view.getUint32(start + 12)
}

/** How a film says that nobody knew; in 64 bits it is more than any file is long. */
const UNKNOWN = 0xffff_ffff

interface Span {
  start: number
  end: number
}

/** The content of the first box of a name. */
function boxIn(view: DataView, wanted: string, { start, end }: Span): Span | undefined {
  for (let at = start; at + 16 <= Math.min(end, view.byteLength); ) {
    const short = view.getUint32(at)
    const head = short === 1 ? 16 : 8
    const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short || end - at
    const name = String.fromCharCode(...[4, 5, 6, 7].map((byte) => view.getUint8(at + byte)))
    if (name === wanted) return { start: at + head, end: at + length }
    if (length < head) return undefined
    at += length
  }
  return undefined
}
