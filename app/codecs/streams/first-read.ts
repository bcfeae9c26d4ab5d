/** Something read in batches; `undefined` after the last. */
interface Batches<T> {
  read(): Promise<T | undefined>
  cancel(): void
}

/** Timers of more than this many milliseconds fire at once. */
const LONGEST_TIMER = 0x7fffffff

/**
 * Waits for the first read of `source`, at most `patience` milliseconds (0 does not wait), and gives an
 * equivalent source. Rejects when the first read fails within that time, having cancelled the source;
 * later it is the reader who learns of it.
 */
export async function withFirstRead<T>(source: Batches<T>, patience: number): Promise<Batches<T>> {
  if (patience <= 0) return source
  let first: Promise<T | undefined> | undefined = source.read()
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(patience, LONGEST_TIMER))
  })
  try {
    await Promise.race([first, waited])
  } catch (error) {
    source.cancel()
    throw error
  } finally {
    clearTimeout(timer)
  }
  return {
    read() {
      const kept = first
      first = undefined
      return kept ?? source.read()
    },
    cancel: () => source.cancel(),
  }
}
