/** Where log lines go. Lines hold no newline; a runtime may write them in batches. */
export interface LogSink {
  write(line: string): void
  /** Resolves when everything written so far is out. */
  flush?(): Promise<void>
}
