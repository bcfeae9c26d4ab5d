/** Where log lines go. Lines hold no newline; a runtime may write them in batches. */
export interface LogSink {
  write(line: string): void
  /**
   * As `write`, for a line that is made when it is written out. Made many at a time, lines cost a
   * fraction of what they cost between other work. Absent where every line is written at once.
   */
  later?(line: () => string): void
  /** Resolves when everything written so far is out. */
  flush?(): Promise<void>
}
