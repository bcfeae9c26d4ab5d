import type { Services } from '../../ports/services.ts'
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
  /** Says that it is worked on, for half a minute. */
  beat(): Promise<void>
  isCancelled(): Promise<boolean>
  /** Nothing follows. */
  end(): Promise<void>
}

/** The responses of one owner that are worked on in the background, on this machine or another. */
export interface ResponseJobs {
  open(id: string): ResponseJob
  cancel(id: string): Promise<void>
  /** Whether anybody works on it. */
  isAlive(id: string): Promise<boolean>
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
const ALIVE = 30_000
const PLACE_DIGITS = 8

export function responseJobs(
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): ResponseJobs {
  const store = keptValues(services)
  const { STORED_RESPONSES_DAYS } = services.config
  const jobs = `response-jobs/${owner}`
  const eventsOf = (id: string) => `response-events/${owner}/${id}`
  const cancelled = (id: string) => `${id}/cancelled`

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
          await store.put(jobs, { id, value: '{}' }, { expiresAt: Date.now() + ALIVE })
        },
        isCancelled: async () => (await store.get(jobs, cancelled(id))) !== undefined,
        end: async () => void (await store.delete(jobs, id)),
      }
    },
    async cancel(id) {
      const expiresAt = Date.now() + DAY
      await store.put(jobs, { id: cancelled(id), value: '{}' }, { expiresAt })
    },
    isAlive: async (id) => (await store.get(jobs, id)) !== undefined,
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
