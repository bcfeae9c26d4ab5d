import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'
import type { AwsIdentity } from './caller.ts'

/** How a text shall be spoken. */
interface SpeechOptions {
  /** The caller's name of a voice: `alloy`, or one of the speaker's own. */
  voice: string
  /** `wav`, `mp3`, `aac`, `flac`, `opus` or `pcm16` (24 kHz, mono, little endian, without a header). */
  format: string
  signal: AbortSignal
  requestId?: string
  /** As whom AWS is asked, where it is not as ourselves. */
  as?: AwsIdentity
}

export interface SpokenText {
  /** Nothing is spoken further than it is read. */
  audio: ReadableStream<Uint8Array>
  mediaType: string
  /** Characters that are billed, where that is known. */
  characters?: number
}

/**
 * Speaks texts. Throws `GatewayError`: `invalid-request` for a voice, a format or a length that cannot be
 * had, `upstream` when the speaker fails, also while the audio is read.
 */
export interface Speech {
  speak(text: string, options: SpeechOptions): Promise<SpokenText>
  /**
   * Throws as `speak` does for a voice or a format nobody has, and `feature-unavailable` where nobody can speak;
   * asked before anybody is paid for what would be said.
   */
  ready?(wanted: Pick<SpeechOptions, 'voice' | 'format'>): Promise<void>
}

export interface SpeechRequest {
  /** The name the caller wrote. */
  model: string
  text: string
  /** The caller's name of a voice: `alloy`, or one of the model's own. */
  voice: string
  /** `mp3`, `opus`, `aac`, `flac`, `wav`, `pcm` (24 kHz, mono, 16 bit), or one of the model's own. */
  format: string
  /** The caller named no format: where this one cannot be had, another will do. */
  anyFormat?: boolean
  /** 0.25 to 4; 1 when absent. */
  speed?: number
  /** BCP 47; absent leaves it to the model. */
  language?: string
  /** Fields of the model's own: `ssml`, speech marks, lexicons. */
  extras?: Readonly<Record<string, unknown>>
}

/** A model whose answer is speech. Throws as `Speech`. */
export interface SpeechModel {
  /** Throws for a voice or a format it cannot have, whatever the text. */
  check?(wanted: Pick<SpeechRequest, 'voice' | 'format'>): Promise<void>
  speak(request: SpeechRequest, call: Call): Promise<SpokenText & { usage: Usage; served: Served }>
}
