import type { Services } from '../../ports/services.ts'
import type { StateItem } from '../../ports/state-store.ts'
import { keptValues } from '../object-values.ts'

/** A piece of what a response has told so far: whole events. */
export interface ToldPiece {
  /** Where it stands; pieces are read behind one. */
  place: string
  text: string
}

/** A response that somebody works on while nobody waits for it. */
export interface ResponseJob {
  tell(text: string): Promise<void>
  /** Says that it is worked on; to be said every ten seconds. */
  beat(): Promise<void>
  isCancelled(): Promise<boolean>
  /** Nothing follows. */
  end(): Promise<void>
}

/** The responses of one owner that are worked on in the background, on this machine or another. */
export interface ResponseJobs {
  open(id: string): ResponseJob
  cancel(id: string): Promise<void>
  /** Whether anybody works on it. Takes a while where the last sign of life leaves that open. */
  isAlive(id: string): Promise<boolean>
  /** The same for who looks again and again: as long as it is open somebody works on it. */
  watch(id: string): () => Promise<boolean>
  /** What it has told behind a place. */
  told(id: string, after?: string): Promise<ToldPiece[]>
  forget(id: string): Promise<void>
}

/** Milliseconds between two looks at a job, and looks between two signs of life. */
const LOOK = 1000
const BEATS = 10

/**
 * Gives signs of life, and looks whether it was cancelled, until what is returned is called. A store that cannot be
 * asked just now may be able to in a second.
 */
export function attend(job: ResponseJob, cancelled: () => void): () => Promise<void> {
  let looks = 0
  let looking: Promise<void> | undefined
  const look = async () => {
    looks++
    if (looks >= BEATS) {
      await job.beat()
      looks = 0
    }
    if (await job.isCancelled()) cancelled()
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = undefined
      })
  }, LOOK)
  return async () => {
    clearInterval(timer)
    await looking
  }
}

const DAY = 24 * 60 * 60 * 1000
/** Milliseconds by the reader's clock, either way, within which a sign of life counts as given just now. */
const FRESH = 30_000
/** Milliseconds of silence by the reader's clock alone after which a job is dead: two signs of life have not come. */
const SILENCE = 20_000
/**
 * How far clocks of servers may be apart that share a table: AWS takes no signature that is more than five minutes
 * off, either way.
 */
const APART = 600_000
const PLACE_DIGITS = 8

const silent = (id: string) => `${id}/silent`

export function responseJobs(
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): ResponseJobs {
  const store = keptValues(services)
  const { STORED_RESPONSES_DAYS } = services.config
  const jobs = `response-jobs/${owner}`
  const eventsOf = (id: string) => `response-events/${owner}/${id}`
  const cancelled = (id: string) => `${id}/cancelled`
  const signsOf = (id: string): Signs => ({
    last: () => store.get(jobs, id),
    waitedBehind: async () => (await store.get(jobs, silent(id)))?.value,
    async noteSilence(value) {
      await store.put(jobs, { id: silent(id), value }, { expiresAt: Date.now() + FRESH + APART })
    },
  })

  return {
    open(id) {
      let pieces = 0
      return {
        async tell(text) {
          const place = String(pieces++).padStart(PLACE_DIGITS, '0')
          const expiresAt = Date.now() + STORED_RESPONSES_DAYS * DAY
          await store.put(eventsOf(id), { id: place, value: text }, { expiresAt })
        },
        async beat() {
          const at = Date.now()
          await store.put(
            jobs,
            { id, value: JSON.stringify({ at }) },
            { expiresAt: at + FRESH + APART },
          )
        },
        isCancelled: async () => (await store.get(jobs, cancelled(id))) !== undefined,
        end: async () => void (await store.delete(jobs, id)),
      }
    },
    async cancel(id) {
      const expiresAt = Date.now() + DAY
      await store.put(jobs, { id: cancelled(id), value: '{}' }, { expiresAt })
    },
    async isAlive(id) {
      const look = watched(signsOf(id))
      for (;;) {
        const sign = await look()
        if (sign !== 'open') return sign === 'alive'
        await new Promise((resolve) => setTimeout(resolve, LOOK))
      }
    },
    watch(id) {
      const look = watched(signsOf(id))
      return async () => (await look()) !== 'dead'
    },
    async told(id, after) {
      const pieces = await store.list(eventsOf(id), { after })
      return pieces.map(({ id: place, value: text }) => ({ place, text }))
    },
    async forget(id) {
      for (const { id: place } of await store.list(eventsOf(id))) {
        await store.delete(eventsOf(id), place)
      }
    },
  }
}

type Sign = 'alive' | 'dead' | 'open'

/** Where the signs of life of a job are. */
interface Signs {
  last(): Promise<StateItem | undefined>
  /** The one behind which somebody has waited for another in vain. */
  waitedBehind(): Promise<string | undefined>
  noteSilence(value: string): Promise<void>
}

/**
 * Looks for signs of life. The clock of whoever gives them may differ from ours, so a sign that seems old, or
 * ahead of us, proves nothing by itself; what counts is whether another follows within a time measured here. Who
 * has waited for it says so, and spares the next ones that.
 */
function watched(signs: Signs): () => Promise<Sign> {
  let last: number | undefined
  let since = 0
  return async () => {
    const sign = await signs.last()
    if (sign === undefined) return 'dead'
    const now = performance.now()
    const isFirst = last === undefined
    const hasMoved = !isFirst && sign.version !== last
    if (sign.version !== last) since = now
    last = sign.version
    if (hasMoved || isFresh(sign)) return 'alive'
    if (now - since >= SILENCE) {
      await signs.noteSilence(sign.value).catch(() => {})
      return 'dead'
    }
    return isFirst && (await signs.waitedBehind()) === sign.value ? 'dead' : 'open'
  }
}

function isFresh({ value }: StateItem): boolean {
  const { at = 0 } = JSON.parse(value) as { at?: number }
  return Math.abs(Date.now() - at) < FRESH
}
