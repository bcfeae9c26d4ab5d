/** How a text shall be spoken. */
export interface SpeechOptions {
  /** The caller's name of a voice: `alloy`, or one of the speaker's own. */
  voice: string
  /** `wav`, `mp3`, `aac`, `flac`, `opus` or `pcm16` (24 kHz, mono, little endian, without a header). */
  format: string
  signal: AbortSignal
}

export interface SpokenText {
  /** Nothing is spoken further than it is read. */
  audio: ReadableStream<Uint8Array>
  mediaType: string
}

/**
 * Speaks texts. Throws `GatewayError`: `invalid-request` for a voice, a format or a length that cannot be
 * had, `upstream` when the speaker fails, also while the audio is read.
 */
export interface Speech {
  speak(text: string, options: SpeechOptions): Promise<SpokenText>
}
