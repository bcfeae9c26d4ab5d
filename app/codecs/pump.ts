/** Text to send, pulled. The pump is its only reader. */
export interface FrameSource {
  /** The frames made of one upstream read; `undefined` after the last, closing frames included. Throws when the upstream breaks. */
  next(): Promise<string | undefined>
  /** The frames that tell the reader of a failure. */
  fail(error: unknown): string
  /** Stops the upstream. */
  cancel(): void
  readonly keepAlive: string
}
