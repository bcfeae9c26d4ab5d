import type { GatewayError } from '../app/errors.ts'
import type { Alarm } from '../app/ports/runtime.ts'

interface Entry {
  /** Milliseconds of `performance.now`. */
  at: number
  ring(why?: GatewayError): void
  before: Entry
  after: Entry
}

/** The alarms of a process. */
interface Alarms {
  set: Alarm
  /** All that are set ring now, and are told why. */
  ringAll(why: GatewayError): void
}

interface Queue {
  set(ring: Entry['ring']): () => void
  ringAll(why: GatewayError): void
}

/**
 * Alarms of the same length ring in the order they are set, so that one timer serves them all: nearly every one
 * is called off long before it rings, and a timer of its own for each request costs more than the list.
 */
export function createAlarms(): Alarms {
  const queues = new Map<number, Queue>()
  return {
    set(milliseconds, ring) {
      let queue = queues.get(milliseconds)
      if (!queue) {
        queue = createQueue(milliseconds)
        queues.set(milliseconds, queue)
      }
      return queue.set(ring)
    },
    ringAll(why) {
      for (const queue of queues.values()) queue.ringAll(why)
    },
  }
}

function createQueue(length: number): Queue {
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
  return {
    set(ring) {
      const at = performance.now() + length
      const entry: Entry = { at, ring, before: ends.before, after: ends }
      ends.before.after = entry
      ends.before = entry
      if (!isArmed) arm(length)
      return () => remove(entry)
    },
    ringAll(why) {
      // Whoever is set by one that rings now rings later.
      const entries: Entry[] = []
      for (let entry = ends.after; entry !== ends; entry = entry.after) entries.push(entry)
      for (const entry of entries) {
        // Called off by one that rang.
        if (entry.after === entry) continue
        remove(entry)
        entry.ring(why)
      }
    },
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
