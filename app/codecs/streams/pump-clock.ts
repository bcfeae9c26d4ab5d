import { GatewayError } from '../../errors.ts'

/** Milliseconds. */
export interface PumpLimits {
  /** From `startedAt` until the first text. */
  firstToken: number
  /** Between two reads of the upstream, once text has come. */
  idle: number
  /** From `startedAt` to the end. */
  total: number
  /** Silence towards the reader after which a keep-alive is due, again and again. */
  keepAliveAfter: number
  /** When the request began, in `performance.now()`; when the clock was made, if absent. */
  startedAt?: number
}

/** What the clock tells the pump. Called from the timer. */
interface PumpAlarms {
  /** A limit passed; nothing follows. */
  expired(error: GatewayError): void
  /** The reader has heard nothing for a while. */
  silent(): void
}

/** What the pump tells the clock: cheap notes of what happened just now. */
export interface PumpClock {
  start(alarms: PumpAlarms): void
  upstreamSpoke(withText: boolean): void
  readerBusy(): void
  readerReady(): void
  /** Milliseconds since `startedAt`. */
  stop(): { firstText?: number; duration: number }
}

/** Timers of more than this many milliseconds fire at once. */
const LONGEST_TIMER = 0x7fffffff

/**
 * The limits of one streamed answer on one timer. Nothing is re-armed on the hot path: the timer wakes
 * before anything can be due, looks at the notes, and sleeps again.
 */
export function createPumpClock(limits: PumpLimits): PumpClock {
  const startedAt = limits.startedAt ?? performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  let firstTextAt: number | undefined
  let heardAt = startedAt
  let toldAt = startedAt
  let readerIsBusy = false

  function overdue(now: number): GatewayError | undefined {
    if (now >= startedAt + limits.total) return late('was not complete within', limits.total)
    if (readerIsBusy) return undefined
    if (firstTextAt === undefined) {
      if (now < startedAt + limits.firstToken) return undefined
      return late('did not begin within', limits.firstToken)
    }
    return now >= heardAt + limits.idle ? late('paused for more than', limits.idle) : undefined
  }

  function sleep(alarms: PumpAlarms, now: number): void {
    const started = firstTextAt !== undefined
    // While the reader is busy, or before the first text, these two begin to count at any moment from now on.
    const idleFrom = started && !readerIsBusy ? heardAt : now
    const silentFrom = readerIsBusy ? now : toldAt
    const due = Math.min(
      startedAt + limits.total,
      idleFrom + limits.idle,
      silentFrom + limits.keepAliveAfter,
      started ? Number.POSITIVE_INFINITY : startedAt + limits.firstToken,
    )
    const wait = Math.max(1, Math.ceil(due - now))
    timer = setTimeout(() => wake(alarms), Math.min(wait, LONGEST_TIMER))
  }

  function wake(alarms: PumpAlarms): void {
    const now = performance.now()
    const error = overdue(now)
    const silent = !readerIsBusy && now >= toldAt + limits.keepAliveAfter
    if (silent) toldAt = now
    // An alarm may stop the clock, which must find a timer to clear.
    sleep(alarms, now)
    if (error) alarms.expired(error)
    else if (silent) alarms.silent()
  }

  return {
    start(alarms) {
      sleep(alarms, performance.now())
    },
    upstreamSpoke(withText) {
      heardAt = performance.now()
      if (!withText) return
      toldAt = heardAt
      firstTextAt ??= heardAt
    },
    readerBusy() {
      readerIsBusy = true
    },
    readerReady() {
      readerIsBusy = false
      heardAt = toldAt = performance.now()
    },
    stop() {
      clearTimeout(timer)
      const duration = performance.now() - startedAt
      return firstTextAt === undefined
        ? { duration }
        : { firstText: firstTextAt - startedAt, duration }
    },
  }
}

function late(what: string, milliseconds: number): GatewayError {
  return new GatewayError('timeout', `The answer ${what} ${milliseconds / 1000} seconds.`)
}
