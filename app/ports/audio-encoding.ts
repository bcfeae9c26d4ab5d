/** What samples can be made into. */
export type EncodedFormat = 'mp3' | 'flac' | 'aac'

/** Makes files of samples while these come: signed, 16 bits, little endian, one channel. */
export interface AudioEncoding {
  formats: readonly EncodedFormat[]
  /** `sampleRate` is samples a second. Nothing is read ahead of the reader by more than a moment's audio. */
  encode(
    samples: ReadableStream<Uint8Array>,
    options: { format: EncodedFormat; sampleRate: number },
  ): ReadableStream<Uint8Array>
}
