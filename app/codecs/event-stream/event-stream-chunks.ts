import { decodeBase64Text, type Filling, readBase64 } from '../bytes/base64.ts'
import { textOfPayload } from './event-stream.ts'
import { createFrameSplitter } from './event-stream-frames.ts'

/** The chunks of InvokeModelWithResponseStream: each frame holds text of the model's own format in base64. */
interface ChunkDecoder {
  /** Hands over the text of every chunk that is now whole, in order. Throws as the decoder of event streams does. */
  read(bytes: Uint8Array, take: (text: string) => void): void
  /** What the next call will throw. */
  failure(): unknown
  /** The upstream closed. Throws `stream-incomplete` when a frame is unfinished. */
  end(): void
}

/** What to throw for a frame that is an exception or an error, and for a chunk nobody can read. */
interface ChunkFaults {
  refusal(type: string, payload: string): unknown
  damage(cause: unknown): unknown
}

const UTF8_DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const UTF8_ENCODER = new TextEncoder()

/** How AWS begins a chunk; padding that need not be parsed follows behind the letters. */
const OPENING = UTF8_ENCODER.encode('{"bytes":"')
const QUOTE = 34

/**
 * Decodes the letters of all chunks of one read into one buffer, and makes text of them at once: a call to the platform's
 * decoders costs more than the bytes of a token.
 */
export function createChunkDecoder(faults: ChunkFaults): ChunkDecoder {
  const text = createGatheredText()
  let failure: unknown
  const splitter = createFrameSplitter((head, payload) => {
    if (failure !== undefined) return
    if (head.messageType !== 'event') {
      failure = faults.refusal(head.type, textOfPayload(head, payload))
    } else if (head.type === 'chunk' && !text.addLetters(payload)) {
      try {
        text.add(textOfChunk(textOfPayload(head, payload)))
      } catch (cause) {
        failure = faults.damage(cause)
      }
    }
  })
  return {
    read(bytes, take) {
      if (failure !== undefined) throw failure
      // More than its chunks can hold, so that there is nothing to grow.
      text.reserve(bytes.length)
      splitter.read(bytes)
      text.flush(take)
      if (failure !== undefined) throw failure
    },
    failure: splitter.failure,
    end: () => splitter.end(),
  }
}

/** A chunk in any other form than AWS's usual one. */
function textOfChunk(payload: string): string {
  const { bytes } = JSON.parse(payload) as { bytes?: unknown }
  if (typeof bytes !== 'string') throw new TypeError('a chunk without bytes')
  return decodeBase64Text(bytes)
}

/** Texts that stand behind each other in one buffer until they are asked for. */
function createGatheredText() {
  const gathered: Filling = { bytes: new Uint8Array(0), filled: 0 }
  /** Where each text ends. */
  let ends: number[] = []

  const reserve = (size: number): void => {
    const { bytes, filled } = gathered
    if (filled + size <= bytes.length) return
    gathered.bytes = new Uint8Array(Math.max(2 * (filled + size), 1024))
    gathered.bytes.set(bytes.subarray(0, filled))
  }

  return {
    reserve,
    add(text: string): void {
      const bytes = UTF8_ENCODER.encode(text)
      reserve(bytes.length)
      gathered.bytes.set(bytes, gathered.filled)
      gathered.filled += bytes.length
      ends.push(gathered.filled)
    },
    /** False when the payload has another form; nothing was added then. */
    addLetters(payload: DataView): boolean {
      if (!beginsChunk(payload)) return false
      reserve(payload.byteLength)
      const before = gathered.filled
      const at = readBase64(payload, OPENING.length, gathered)
      if (at >= payload.byteLength || payload.getUint8(at) !== QUOTE) {
        gathered.filled = before
        return false
      }
      ends.push(gathered.filled)
      return true
    },
    flush(take: (text: string) => void): void {
      if (ends.length === 0) return
      const { bytes, filled } = gathered
      const told = ends
      gathered.filled = 0
      ends = []
      const all = UTF8_DECODER.decode(bytes.subarray(0, filled))
      const isAscii = all.length === filled
      let start = 0
      for (const end of told) {
        take(isAscii ? all.slice(start, end) : UTF8_DECODER.decode(bytes.subarray(start, end)))
        start = end
      }
    },
  }
}

function beginsChunk(payload: DataView): boolean {
  if (payload.byteLength < OPENING.length) return false
  for (let at = 0; at < OPENING.length; at++) {
    if (payload.getUint8(at) !== OPENING[at]) return false
  }
  return true
}
