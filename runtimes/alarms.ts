import type { Alarm } from '../app/ports/runtime.ts'

interface Entry {
  /** Milliseconds of `performance.now`. */
  at: number
  ring(): void
  before: Entry
  after: Entry
}

/**
 * Alarms of the same length ring in the order they are set, so that one timer serves them all: nearly every one
 * is called off long before it rings, and a timer of its own for each request costs more than the list.
 */
export function createAlarms(): Alarm {
  const queues = new Map<number, Alarm>()
  return (milliseconds, ring) => {
    let queue = queues.get(milliseconds)
    if (!queue) {
      queue = createQueue(milliseconds)
      queues.set(milliseconds, queue)
    }
    return queue(milliseconds, ring)
  }
}

function createQueue(length: number): Alarm {
  // The ring of entries begins and ends with one that never rings.
  const ends = { at: Number.POSITIVE_INFINITY, ring() {} } as Entry
  ends.before = ends
  ends.after = ends
  let isArmed = false

  const arm = (milliseconds: number) => {
    isArmed = true
    // Whoever waits for an answer keeps the process; the time they may wait does not.
    setTimeout(ringDue, Math.min(milliseconds, LONGEST)).unref()
  }
  const ringDue = () => {
    isArmed = false
    const now = performance.now()
    for (let first = ends.after; first.at <= now; first = ends.after) {
      remove(first)
      first.ring()
    }
    if (ends.after !== ends && !isArmed) arm(Math.max(1, Math.ceil(ends.after.at - now)))
  }
  return (_, ring) => {
    const entry: Entry = { at: performance.now() + length, ring, before: ends.before, after: ends }
    ends.before.after = entry
    ends.before = entry
    if (!isArmed) arm(length)
    return () => remove(entry)
  }
}

/** Milliseconds a timer can take. */
const LONGEST = 2 ** 31 - 1

/** Once or more often: one that is out points to itself. */
function remove(entry: Entry): void {
  entry.before.after = entry.after
  entry.after.before = entry.before
  entry.before = entry
  entry.after = entry
}
