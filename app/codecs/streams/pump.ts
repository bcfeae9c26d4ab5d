import type { Sink } from '../../ports/stream-out.ts'
import { createPumpClock, type PumpClock, type PumpLimits } from './pump-clock.ts'

/** Text to send, pulled. The pump is its only reader. */
export interface FrameSource {
  /** The frames made of one upstream read; `undefined` after the last, closing frames included. Throws when the upstream breaks. */
  next(): Promise<string | undefined>
  /** The frames that tell the reader of a failure. */
  fail(error: unknown): string
  /** Stops the upstream. */
  cancel(): void
  readonly keepAlive: string
  /** What is known only at the end; asked when the answer has ended, well or not. */
  trailers?(): Record<string, string> | undefined
}

/** How a streamed answer went. Times in milliseconds since `PumpLimits.startedAt`. */
export interface PumpOutcome {
  /** `caller-left` also when the upstream failed afterwards: it was cancelled. */
  ended: 'complete' | 'failed' | 'caller-left'
  /** What made it fail. */
  error?: unknown
  /** When the first text came; absent when none did. */
  firstText?: number
  duration: number
}

interface Pump {
  /** Moves everything from the frames to the sink, once. Never rejects. */
  run(sink: Sink): Promise<PumpOutcome>
  /** The reader is gone: the upstream is cancelled at once. Harmless after the end. */
  left(): void
  /** What runs ends now, and its reader is told of the error. Harmless after the end. */
  stop(error: unknown): void
}

/** One streamed answer, with its limits, its keep-alives and its one ending. */
export function createPump(frames: FrameSource, limits: PumpLimits): Pump {
  const clock = createPumpClock(limits)
  const ending = createEnding(clock)
  let stop: ((error: unknown) => void) | undefined

  return {
    run(sink) {
      if (!ending.reached()) stop = move({ frames, clock, ending, sink })
      return ending.outcome
    },
    stop: (error) => stop?.(error),
    left() {
      if (ending.reach('caller-left')) frames.cancel()
    },
  }
}

/** The one place that knows whether and how it ended. */
function createEnding(clock: PumpClock) {
  let finished = false
  let settle: (outcome: PumpOutcome) => void
  const outcome = new Promise<PumpOutcome>((resolve) => {
    settle = resolve
  })

  return {
    outcome,
    reached: () => finished,
    /** False when it had ended before. */
    reach(ended: PumpOutcome['ended'], failure: { error?: unknown } = {}): boolean {
      if (finished) return false
      finished = true
      settle({ ended, ...failure, ...clock.stop() })
      return true
    },
  }
}

interface Moving {
  frames: FrameSource
  clock: PumpClock
  ending: ReturnType<typeof createEnding>
  sink: Sink
}

/** The one loop: read once, write once. Returns what ends it before its time. */
function move({ frames, clock, ending, sink }: Moving): (error: unknown) => void {
  /** Set while the reader is slow. */
  let room: Promise<void> | undefined

  const fail = (error: unknown): void => {
    if (!ending.reach('failed', { error })) return
    frames.cancel()
    try {
      sink.write(frames.fail(error))
      sink.end(frames.trailers?.())
    } catch {
      sink.abort()
    }
  }

  // A reader who takes nothing would not take the news either; only a cut frees the connection.
  const expired = (error: unknown): void => {
    if (room === undefined) fail(error)
    else if (ending.reach('failed', { error })) {
      frames.cancel()
      sink.abort()
    }
  }

  const keepAlive = (): void => {
    if (room !== undefined || frames.keepAlive === '') return
    try {
      room = sink.write(frames.keepAlive)
    } catch (error) {
      fail(error)
    }
    room?.then(() => {
      room = undefined
    }, fail)
  }

  const roomToWrite = async (): Promise<void> => {
    clock.readerBusy()
    await room
    room = undefined
    clock.readerReady()
  }

  const loop = async (): Promise<void> => {
    for (let text = await frames.next(); text !== undefined; text = await frames.next()) {
      if (ending.reached()) return
      clock.upstreamSpoke(text !== '')
      if (text === '') continue
      // A keep-alive may have filled the reader's buffer in the meantime.
      if (room !== undefined) await roomToWrite()
      if (ending.reached()) return
      room = sink.write(text)
      if (room !== undefined) await roomToWrite()
      if (ending.reached()) return
    }
    if (ending.reach('complete')) sink.end(frames.trailers?.())
  }

  clock.start({ expired, silent: keepAlive })
  loop().catch(fail)
  return expired
}
