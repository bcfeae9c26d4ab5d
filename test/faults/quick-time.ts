import { vi } from 'vitest'

/** Milliseconds that pass with each turn of the event loop. */
const STEP = 50

/**
 * Does `work` while time runs by the turns of the event loop rather than by the clock: what ends by a limit of
 * seconds ends soon, and never because the machine had other things to do.
 */
export async function inQuickTime<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  let isDone = false
  try {
    const doing = work().finally(() => {
      isDone = true
    })
    // Whoever fails is heard below, when the loop has ended.
    doing.catch(() => {})
    while (!isDone) {
      await new Promise(setImmediate)
      vi.advanceTimersByTime(STEP)
    }
    return await doing
  } finally {
    vi.useRealTimers()
  }
}
