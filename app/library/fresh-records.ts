import { GatewayError } from '../errors.ts'
import type { Linger } from '../ports/runtime.ts'

interface FreshRecordsOptions<T> {
  /** Undefined for what is not there. */
  read(id: string): Promise<T | undefined>
  /** Milliseconds a record is believed. */
  fresh: number
  /** Milliseconds a record goes on while it cannot be read again. */
  mostStale: number
  /** As the runtime's: others wait for a reading, and it may go on when its request has been answered. */
  linger?: Linger
  /** Unix milliseconds. */
  now(): number
}

/** Records of a store, believed for a few seconds, so that most requests ask nobody. */
export interface FreshRecords<T> {
  /** A promise only where the store must be asked. Rejects with `overloaded` where it cannot. */
  get(id: string): T | undefined | Promise<T | undefined>
  /** What has just been written here. */
  set(id: string, record: T | undefined): void
}

interface Entry<T> {
  record: T | undefined
  readAt: number
  /** The store is left alone until then. */
  retryAt: number
}

const MOST_RECORDS = 10_000
/** Strangers make ids up, and must not push out those that are somebody's. */
const MOST_ABSENT = 1000
/** Milliseconds a store that failed is left alone, and those it has to answer. */
const REST = 1000
const PATIENCE = 3000

export function freshRecords<T extends object>(options: FreshRecordsOptions<T>): FreshRecords<T> {
  const { fresh, mostStale, linger, now } = options
  const present = new Map<string, Entry<T>>()
  const absent = new Map<string, Entry<T>>()
  const reading = new Map<string, Promise<T | undefined>>()

  const keep = (id: string, record: T | undefined, readAt: number) => {
    present.delete(id)
    absent.delete(id)
    const entries = record ? present : absent
    if (entries.size >= (record ? MOST_RECORDS : MOST_ABSENT)) {
      entries.delete(entries.keys().next().value!)
    }
    entries.set(id, { record, readAt, retryAt: 0 })
  }

  const read = async (id: string): Promise<T | undefined> => {
    const startedAt = now()
    const own = within(options.read(id), PATIENCE)
    const mine: Promise<T | undefined> = own.then(
      (record) => {
        // What was written here in the meantime is newer.
        if (reading.get(id) === mine) keep(id, record, startedAt)
        return reading.get(id) === mine ? record : present.get(id)?.record
      },
      (thrown: unknown) => {
        const known = present.get(id)
        if (!known || now() - known.readAt >= mostStale) throw thrown
        known.retryAt = now() + REST
        return known.record
      },
    )
    reading.set(id, mine)
    linger?.(mine.catch(() => {}))
    try {
      return await mine
    } finally {
      if (reading.get(id) === mine) reading.delete(id)
    }
  }
  const readOnce = (id: string) => reading.get(id) ?? read(id)

  return {
    get(id) {
      const entry = present.get(id) ?? absent.get(id)
      if (!entry) return readOnce(id)
      const time = now()
      const age = time - entry.readAt
      if (age < fresh / 2) return entry.record
      const rests = time < entry.retryAt && age < mostStale
      if (rests) return entry.record
      if (age >= fresh) return readOnce(id)
      // Read ahead of its time, so that a key in use never waits; a failure is told to the next reader.
      if (!reading.has(id)) read(id).catch(() => {})
      return entry.record
    },
    set(id, record) {
      reading.delete(id)
      keep(id, record, now())
    },
  }
}

async function within<T>(promise: Promise<T>, patience: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const why = new Error(`no answer in ${patience} ms`)
    timer = setTimeout(() => reject(unreadable(why)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The answer where a store of keys fails. */
export const unreadable = (cause: unknown) =>
  new GatewayError('overloaded', 'Keys cannot be checked at the moment. Retry the request.', {
    reason: 'keys_unavailable',
    retryAfter: REST / 1000,
    cause,
  })
