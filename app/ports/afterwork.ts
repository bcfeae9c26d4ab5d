/** Work that goes on when the request it began with has been answered, or lost its caller. */
export interface Afterwork {
  add(work: Promise<unknown>): void
  /** Resolves when nothing is left of it, nor of what was added meanwhile. Never rejects. */
  rest(): Promise<void>
}
