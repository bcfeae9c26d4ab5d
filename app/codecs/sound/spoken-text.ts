import { concatenated } from '../bytes/byte-pieces.ts'
import { wavHeader } from './wav.ts'

/** The chunk of a WAV file and the field of an ID3 tag in which our own speech says what it says. */
const CHUNK = 'otxt'
const FIELD = 'outcrop-text'
const DATA_AT = 36

const utf8 = new TextEncoder()
const read = new TextDecoder()

/** The header of a WAV stream of 16-bit samples, with what is said in a chunk that players pass over. */
export function wavHeaderSaying(text: string, sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = wavHeader({ sampleRate })
  const words = utf8.encode(text)
  const chunk = new Uint8Array(8 + words.length + (words.length & 1))
  chunk.set(utf8.encode(CHUNK))
  new DataView(chunk.buffer).setUint32(4, words.length, true)
  chunk.set(words, 8)
  return concatenated([header.subarray(0, DATA_AT), chunk, header.subarray(DATA_AT)])
}

/** The same as an ID3 tag (2.4, https://id3.org/id3v2.4.0-frames), which stands before MP3. */
export function id3Saying(text: string): Uint8Array<ArrayBuffer> {
  // 3 is UTF-8.
  const content = concatenated([new Uint8Array([3]), utf8.encode(`${FIELD}\0${text}`)])
  const frame = concatenated([
    utf8.encode('TXXX'),
    inSevens(content.length),
    new Uint8Array(2),
    content,
  ])
  return concatenated([utf8.encode('ID3\x04\0\0'), inSevens(frame.length), frame])
}

/** Numbers of ID3 have seven bits a byte. */
const inSevens = (value: number) =>
  new Uint8Array([21, 14, 7, 0].map((shift) => (value >>> shift) & 0x7f))

const ofSevens = (bytes: Uint8Array, at: number) =>
  [0, 1, 2, 3].reduce((sum, each) => sum * 128 + (bytes[at + each] ?? 0), 0)

const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))

/** What a file says of itself that it says, if we have spoken it; its front is enough. */
export function spokenTextIn(front: Uint8Array): string | undefined {
  if (nameAt(front, 0) === 'RIFF') return inRiff(front)
  return nameAt(front, 0).startsWith('ID3') ? inId3(front) : undefined
}

function inRiff(front: Uint8Array): string | undefined {
  const view = new DataView(front.buffer, front.byteOffset, front.byteLength)
  for (let at = 12; at + 8 <= front.length; ) {
    const name = nameAt(front, at)
    const length = view.getUint32(at + 4, true)
    if (name === 'data') return undefined
    if (name === CHUNK && at + 8 + length <= front.length) {
      return read.decode(front.subarray(at + 8, at + 8 + length))
    }
    at += 8 + length + (length & 1)
  }
  return undefined
}

function inId3(front: Uint8Array): string | undefined {
  const end = Math.min(front.length, 10 + ofSevens(front, 6))
  for (let at = 10; at + 10 <= end; ) {
    const length = ofSevens(front, at + 4)
    const [field, text] = read.decode(front.subarray(at + 11, at + 10 + length)).split('\0')
    if (nameAt(front, at) === 'TXXX' && field === FIELD) return text
    if (length === 0) return undefined
    at += 10 + length
  }
  return undefined
}
