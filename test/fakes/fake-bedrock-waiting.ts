/** Counts something, and tells whoever waits for a number of it. */
interface Counter {
  add(): void
  count(): number
  reach(target: number): Promise<void>
}

export function createCounter(): Counter {
  let count = 0
  const waiting: { target: number; resolve: () => void }[] = []
  return {
    count: () => count,
    add() {
      count += 1
      for (const { target, resolve } of waiting) if (count >= target) resolve()
    },
    reach: (target) =>
      count >= target
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.push({ target, resolve })),
  }
}
