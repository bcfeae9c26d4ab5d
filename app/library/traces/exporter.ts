import type { Span } from '../../ports/traces.ts'

/** What became of an export. */
export type Sent =
  | 'taken'
  /** It will never be taken. */
  | 'refused'
  /** Another try makes sense, after so many milliseconds if that was said. */
  | { retryAfter?: number }

export interface ExporterOptions {
  /** Sends some spans. Never rejects. */
  send(spans: readonly Span[]): Promise<Sent>
  /** Milliseconds spans wait for others. */
  delay: number
  /** Spans that wait at most. */
  most: number
  /** Spans of one export. */
  batch: number
  /** No request may wait for what another began, and nothing runs between them: Workers. */
  isolated?: boolean
}

interface Exporter {
  add(span: Span): void
  counts(): { sent: number; dropped: number }
  /** Sends what waits, once. Never rejects. */
  flush(): Promise<void>
}

/** Milliseconds between two tries, doubled each time. */
const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000
/** Tries of one export; then it is dropped, for what comes after it is news. */
const TRIES = 4

/** Gathers spans and sends them many at a time. A receiver that is away costs no more than its queue. */
export function createExporter(options: ExporterOptions): Exporter {
  const { send, delay, most, batch, isolated } = options
  let waiting: Span[] = []
  const counts = { sent: 0, dropped: 0 }
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | undefined
  /** Tries in vain in a row. */
  let failures = 0

  const takeSome = (): Span[] => {
    const spans = waiting.slice(0, batch)
    waiting = waiting.slice(batch)
    return spans
  }
  const putBack = (spans: Span[]) => {
    waiting = [...spans, ...waiting]
    counts.dropped += Math.max(0, waiting.length - most)
    waiting.length = Math.min(waiting.length, most)
  }
  /** Until nothing waits or the receiver is away; resolves with the wait until the next try. */
  const sendInTurn = async (): Promise<number | undefined> => {
    while (waiting.length > 0) {
      const spans = takeSome()
      const outcome = await send(spans)
      if (typeof outcome === 'object' && ++failures < TRIES) {
        putBack(spans)
        return Math.min(LONGEST_WAIT, outcome.retryAfter ?? FIRST_WAIT * 2 ** (failures - 1))
      }
      failures = 0
      counts[outcome === 'taken' ? 'sent' : 'dropped'] += spans.length
    }
    return undefined
  }
  const sendLater = (wait: number) => {
    timer ??= setTimeout(() => {
      timer = undefined
      running ??= sendInTurn().then((again) => {
        running = undefined
        if (again !== undefined) sendLater(again)
        else if (waiting.length > 0) sendLater(delay)
      })
    }, wait)
  }
  const sendOnce = async (): Promise<void> => {
    const batches: Span[][] = []
    while (waiting.length > 0) batches.push(takeSome())
    const outcomes = await Promise.all(batches.map(send))
    for (const [at, outcome] of outcomes.entries()) {
      counts[outcome === 'taken' ? 'sent' : 'dropped'] += batches[at]!.length
    }
  }

  return {
    add(span) {
      if (waiting.length >= most) {
        counts.dropped++
        return
      }
      waiting.push(span)
      if (isolated || running) return
      if (waiting.length === batch && failures === 0) {
        clearTimeout(timer)
        timer = undefined
        sendLater(0)
      } else if (timer === undefined) sendLater(delay)
    },
    counts: () => ({ ...counts }),
    async flush() {
      clearTimeout(timer)
      timer = undefined
      const before = running
      await Promise.all([sendOnce(), before])
      if (waiting.length > 0) await sendOnce()
    },
  }
}
