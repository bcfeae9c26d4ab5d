import { GatewayError } from '../../../../errors.ts'

export interface FanOut {
  /** How many run at the same time. */
  most: number
  signal: AbortSignal
  /** Resolves after so many milliseconds, or at once when the signal fires. */
  wait?(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** How often a call that was throttled is made again, each time after twice as long a pause. */
const MOST_TRIES = 5
const FIRST_PAUSE = 500

/**
 * Does the work for every item, some at the same time, and gives the results in the items' order. The first
 * failure stops all others and is thrown. Where there are several, one that is throttled is tried again
 * after a pause: a caller who repeats everything would only be throttled the more.
 */
export async function fanOut<Item, Result>(
  items: readonly Item[],
  { most, signal, wait = pause }: FanOut,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  if (items.length === 1) return [await work(items[0]!, signal)]
  const controller = new AbortController()
  const either = AbortSignal.any([signal, controller.signal])
  const results: Result[] = Array.from({ length: items.length })
  let next = 0
  const patiently = async (item: Item): Promise<Result> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(item, either)
      } catch (thrown) {
        const isThrottled = thrown instanceof GatewayError && thrown.code === 'rate-limit'
        if (!isThrottled || tries === MOST_TRIES || either.aborted) throw thrown
        await wait(FIRST_PAUSE * 2 ** (tries - 1), either)
        if (either.aborted) throw thrown
      }
    }
  }
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await patiently(items[index]!)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  } catch (thrown) {
    next = items.length
    controller.abort(thrown)
    throw thrown
  }
  return results
}

/** Resolves after so many milliseconds, or at once when the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}
