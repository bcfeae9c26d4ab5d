/** A recording that lies somewhere while it is worked on. */
export interface StagedAudio {
  /** Bytes. */
  size: number
  /** The recording from its beginning. */
  open(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Where models may read it by themselves: its `s3://` address and region. */
  lies?: { address: string; region: string }
  /** It is of no use any more, unless a model has taken it over. Never rejects. */
  discard(): Promise<void>
}

/** Takes recordings in that are too large for memory, before anybody knows who will work on them. */
export interface AudioStaging {
  stage(
    audio: ReadableStream<Uint8Array>,
    labels: Readonly<Record<string, string>>,
  ): Promise<StagedAudio>
}
