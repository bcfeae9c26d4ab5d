/** The bucket that is looked at, in all charts at the same time. */
export interface Cursor {
  at(): number | undefined
  set(at: number | undefined): void
  listen(listener: (at: number | undefined) => void): void
}

export function createCursor(): Cursor {
  const listeners: ((at: number | undefined) => void)[] = []
  let now: number | undefined
  return {
    at: () => now,
    set(at) {
      if (at === now) return
      now = at
      for (const listener of listeners) listener(at)
    },
    listen: (listener) => void listeners.push(listener),
  }
}
