import { amended, GatewayError } from '../errors.ts'
import type { Alarm } from '../ports/runtime.ts'
import type { Heard } from './answer.ts'

/** One signal for everything that ends a call early: the caller leaving, or time running out. */
export interface Deadline {
  signal: AbortSignal
  /** The error the deadline stands for once it has fired, else the one that was thrown. */
  explain(thrown: unknown): unknown
  /** Stops everything the signal was given to. */
  abort(): void
  /** Neither time nor the caller counts any longer. */
  clear(): void
}

export function openDeadline(
  seconds: number,
  onLeft: Heard['onLeft'],
  alarm: Alarm = timerOfItsOwn,
): Deadline {
  const controller = new AbortController()
  let over = false
  let reason: GatewayError | undefined
  const stop = (error: GatewayError) => {
    if (over) return
    reason ??= error
    controller.abort(error)
  }
  // A model that is too slow is one that is not available: clients know to come back after a 503.
  const callOff = alarm(seconds * 1000, (why) => stop(why ?? tooLate()))
  onLeft?.(() => stop(new GatewayError('caller-left', 'The caller left before the answer.')))

  return {
    signal: controller.signal,
    explain(thrown) {
      if (!reason || !(thrown instanceof GatewayError)) return reason ?? thrown
      const { attempts, tried } = thrown
      return attempts === undefined ? reason : amended(reason, { attempts, tried })
    },
    abort: () => controller.abort(),
    clear() {
      over = true
      callOff()
    },
  }
}

const tooLate = () =>
  new GatewayError('overloaded', 'The model did not answer in time. Retry the request.')

const timerOfItsOwn: Alarm = (milliseconds, ring) => {
  const timer = setTimeout(ring, milliseconds)
  return () => clearTimeout(timer)
}
