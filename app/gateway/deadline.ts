import { GatewayError } from '../errors.ts'

/** One signal for everything that ends a call early: the caller leaving, or time running out. */
export interface Deadline {
  signal: AbortSignal
  /** The error the deadline stands for once it has fired, else the one that was thrown. */
  explain(thrown: unknown): unknown
  /** Stops everything the signal was given to. */
  abort(): void
  /** Time no longer counts, and the caller's signal is forgotten. */
  clear(): void
}

export function openDeadline(seconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  let reason: GatewayError | undefined
  const stop = (error: GatewayError) => {
    reason ??= error
    controller.abort(error)
  }
  const timer = setTimeout(
    () => stop(new GatewayError('timeout', 'The model did not answer in time. Retry the request.')),
    seconds * 1000,
  )
  const left = () => stop(new GatewayError('caller-left', 'The caller left before the answer.'))
  if (caller?.aborted) left()
  caller?.addEventListener('abort', left, { once: true })

  return {
    signal: controller.signal,
    explain: (thrown) => reason ?? thrown,
    abort: () => controller.abort(),
    clear() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', left)
    },
  }
}
