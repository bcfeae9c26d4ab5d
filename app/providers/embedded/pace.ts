import type { ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyStream } from '../../ports/models.ts'

/** How fast a model speaks. */
export interface Pace {
  /** 0 is as fast as possible. */
  tokensPerSecond: number
  /** Milliseconds of silence before it begins. */
  silence: number
}

interface PacedStream {
  events: ReplyEvent[]
  pace: Pace
  signal: AbortSignal
  /** Thrown after the last event, in place of the end. */
  failure?: GatewayError
}

/** Tokens in a batch when nothing holds the model back. */
const LARGE_BATCH = 32
/** The longest a timer can wait. */
const LONGEST_WAIT = 2 ** 31 - 1

/** Events in time: each read gives the tokens that are due, and waits until there is one. */
export function pacedStream({ events, pace, signal, failure }: PacedStream): ReplyStream {
  const began = performance.now()
  const rest = createRest(signal)
  let next = 0
  let told = 0

  const finish = (): undefined => {
    rest.stop()
    if (failure) throw failure
    return undefined
  }
  return {
    async read() {
      if (next >= events.length) return finish()
      const wait = began + dueAfter(told + 1, pace) - performance.now()
      if (wait > 0 || signal.aborted) await rest.sleep(wait)
      if (rest.stopped()) return undefined
      const due = tokensDue(performance.now() - began, pace)
      const end = batchEnd(events, next, Math.max(1, due - told))
      const batch = events.slice(next, end)
      told += batch.filter(isToken).length
      next = end
      return batch
    },
    cancel() {
      next = events.length
      failure = undefined
      rest.stop()
    },
  }
}

/** Waits as long as it takes to say so many tokens. Throws when the signal fires. */
export async function speakingTime(tokens: number, pace: Pace, signal: AbortSignal): Promise<void> {
  const rest = createRest(signal)
  const wait = dueAfter(tokens, pace)
  if (wait > 0 || signal.aborted) await rest.sleep(wait)
  rest.stop()
}

/** Milliseconds after the beginning at which so many tokens have been said. */
function dueAfter(tokens: number, { tokensPerSecond, silence }: Pace): number {
  return silence + (tokensPerSecond > 0 ? (tokens * 1000) / tokensPerSecond : 0)
}

function tokensDue(elapsed: number, { tokensPerSecond, silence }: Pace): number {
  if (tokensPerSecond === 0) return Number.POSITIVE_INFINITY
  return Math.floor(((elapsed - silence) * tokensPerSecond) / 1000)
}

/** Where a batch of so many tokens ends: before the next token, so that endings travel with the last one. */
function batchEnd(events: ReplyEvent[], from: number, tokens: number): number {
  const most = Math.min(tokens, LARGE_BATCH)
  let end = from
  for (let count = 0; end < events.length; end += 1) {
    if (!isToken(events[end]!)) continue
    if (count === most) break
    count += 1
  }
  return end
}

function isToken(event: ReplyEvent): boolean {
  return event.type === 'part-delta'
}

/** A pause that can be broken off: `stop` ends it quietly, the signal with an error. */
interface Rest {
  sleep(milliseconds: number): Promise<void>
  stop(): void
  stopped(): boolean
}

function createRest(signal: AbortSignal): Rest {
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let wake: (() => void) | undefined

  const rouse = () => {
    clearTimeout(timer)
    wake?.()
  }
  signal.addEventListener('abort', rouse, { once: true })
  return {
    async sleep(milliseconds) {
      if (isStopped) return
      if (!signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_WAIT))
        })
      }
      if (signal.aborted && !isStopped) throw reasonOf(signal)
    },
    stop() {
      isStopped = true
      signal.removeEventListener('abort', rouse)
      rouse()
    },
    stopped: () => isStopped,
  }
}

function reasonOf({ reason }: AbortSignal): GatewayError {
  if (reason instanceof GatewayError) return reason
  return new GatewayError('caller-left', 'The caller left before the answer.', { cause: reason })
}
