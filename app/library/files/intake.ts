interface IntakeOptions {
  /** How many are let in at the same time. */
  atOnce: number
  /** Milliseconds after which whoever is still at work counts no more: slow callers hold nobody up. */
  patience: number
}

/**
 * Lets uploads in a few at a time: a thousand at once wait in their sockets, where they cost next to nothing,
 * and are done no later. Resolves when it is the caller's turn, with what is to be called when that upload is
 * done.
 */
export function createIntake({ atOnce, patience }: IntakeOptions): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let within = 0
  return async () => {
    if (within < atOnce) within += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let isOut = false
    const leave = () => {
      if (isOut) return
      isOut = true
      clearTimeout(timer)
      const next = waiting.shift()
      if (next) next()
      else within -= 1
    }
    const timer = setTimeout(leave, patience)
    return leave
  }
}
