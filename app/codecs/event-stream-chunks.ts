import { decodeBase64Text, readBase64 } from './base64.ts'
import { payloadOfHead } from './event-stream.ts'
import { createFrameSplitter } from './event-stream-frames.ts'

/** The chunks of InvokeModelWithResponseStream: each frame holds text of the model's own format in base64. */
export interface ChunkDecoder {
  /** Hands over the text of every chunk that is now whole, in order. Throws as the decoder of event streams does. */
  read(bytes: Uint8Array, take: (text: string) => void): void
  /** The upstream closed. Throws `stream-incomplete` when a frame is unfinished. */
  end(): void
}

/** What to throw for a frame that is an exception or an error, and for a chunk nobody can read. */
export interface ChunkFaults {
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
  const splitter = createFrameSplitter(({ messageType, type, message }, payload) => {
    if (failure !== undefined) return
    if (messageType !== 'event') {
      const told = payload.length > 0 ? UTF8_DECODER.decode(payload) : ''
      failure = faults.refusal(type, told || payloadOfHead({ messageType, type, message }))
    } else if (type === 'chunk' && !text.addLetters(payload)) {
      try {
        text.add(textOfChunk(UTF8_DECODER.decode(payload)))
      } catch (cause) {
        failure = faults.damage(cause)
      }
    }
  })
  return {
    read(bytes, take) {
      if (failure !== undefined) throw failure
      splitter.read(bytes)
      text.flush(take)
      if (failure !== undefined) throw failure
    },
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
  let buffer = new Uint8Array(1024)
  let filled = 0
  /** Where each text ends. */
  let ends: number[] = []

  const reserve = (size: number): void => {
    if (filled + size <= buffer.length) return
    const larger = new Uint8Array(2 * (filled + size))
    larger.set(buffer.subarray(0, filled))
    buffer = larger
  }
  const close = (end: number): void => {
    filled = end
    ends.push(end)
  }

  return {
    add(text: string): void {
      const bytes = UTF8_ENCODER.encode(text)
      reserve(bytes.length)
      buffer.set(bytes, filled)
      close(filled + bytes.length)
    },
    /** False when the payload has another form; nothing was added then. */
    addLetters(payload: Uint8Array): boolean {
      if (!beginsChunk(payload)) return false
      const end = payload.indexOf(QUOTE, OPENING.length)
      if (end === -1) return false
      reserve(payload.length)
      const to = readBase64(payload.subarray(OPENING.length, end), buffer, filled)
      if (to === -1) return false
      close(to)
      return true
    },
    flush(take: (text: string) => void): void {
      if (ends.length === 0) return
      const gathered = ends
      const all = UTF8_DECODER.decode(buffer.subarray(0, filled))
      const isAscii = all.length === filled
      filled = 0
      ends = []
      let start = 0
      for (const end of gathered) {
        take(isAscii ? all.slice(start, end) : UTF8_DECODER.decode(buffer.subarray(start, end)))
        start = end
      }
    },
  }
}

function beginsChunk(payload: Uint8Array): boolean {
  for (let at = 0; at < OPENING.length; at++) if (payload[at] !== OPENING[at]) return false
  return true
}
