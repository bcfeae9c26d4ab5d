import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'

export interface TranscriptionRequest {
  /** The name the caller wrote. */
  model: string
  /** Read once. */
  audio: ReadableStream<Uint8Array<ArrayBuffer>>
  /** `s3://` address where the audio lies for this request already, and its region; a model may read it there. */
  lies?: { address: string; region: string }
  /** Who asked, for the books of whoever works on it: `request_id`, `server_id`, `user_id`. */
  labels?: Readonly<Record<string, string>>
  /** Bytes, where they are known. */
  size?: number
  /** By its content: `audio/mpeg`. */
  mediaType: string
  fileName?: string
  /** A language the speaker speaks (`de`, `de-DE`); absent leaves it to the model. */
  language?: string
  /** Said in English, whatever is spoken. */
  translateTo?: 'en'
  prompt?: string
  temperature?: number
  /** Who said what is asked for. */
  speakers?: boolean
  /** Languages that may be spoken, where it is one of some. */
  languages?: readonly string[]
  timestamps?: readonly ('word' | 'segment')[]
  /** Fields of the model's own: vocabularies, redaction. */
  extras?: Readonly<Record<string, unknown>>
}

/** Times in seconds from the beginning. */
export interface SpokenWord {
  word: string
  start: number
  end: number
  speaker?: string
}

export interface SpokenSegment {
  text: string
  start: number
  end: number
  speaker?: string
  /** What the model tells beyond this, in its own words. */
  extras?: Readonly<Record<string, unknown>>
}

/** A piece of text as it is understood. */
export interface HeardPiece {
  delta: string
  segment?: SpokenSegment
  /** What the model tells beyond this, in its own words. */
  extras?: Readonly<Record<string, unknown>>
}

export interface Transcript {
  text: string
  /** BCP 47, where it is known. */
  language?: string
  /** Seconds. */
  duration?: number
  words?: SpokenWord[]
  segments?: SpokenSegment[]
  /** What the model tells beyond this, in its own words. */
  extras?: Readonly<Record<string, unknown>>
}

/** Pieces of text as they are understood; `undefined` after the last. */
export interface TranscriptStream {
  read(): Promise<HeardPiece | undefined>
  /** Whole, once `read` has told the end. */
  transcript(): { transcript: Transcript; usage: Usage }
  cancel(): void
}

/** Writes down what is said. Throws `GatewayError`: 400 with `param` for audio or languages it does not know. */
export interface TranscriptionModel {
  /** What its transcripts hold beside the text; everything where absent. */
  knows?: readonly ('segments' | 'words' | 'speakers')[]
  transcribe(
    request: TranscriptionRequest,
    call: Call,
  ): Promise<{ transcript: Transcript; usage: Usage; served: Served }>
  /** Absent where a transcript only comes whole. */
  stream?(
    request: TranscriptionRequest,
    call: Call,
  ): Promise<{ events: TranscriptStream; served: Served }>
}
