import { remembered } from '../codecs/remembered.ts'
import type { Wish } from '../gateway/answer.ts'
import { admitWish, isMetered, settleMetered } from '../gateway/metered.ts'
import type { CallerIdentity } from '../ports/caller.ts'
import type { Limiter, Metering, Ticket } from '../ports/metering.ts'
import type { Services } from '../ports/services.ts'
import type { HttpContext } from './context.ts'
import type { AccessEntry, AccessObserver } from './log/access-entry.ts'
import type { Voice } from './surface.ts'

/** Whether a caller may come in, by their limits; a promise where other instances must be asked. */
export type Admit = (c: HttpContext, caller: CallerIdentity) => Promise<void> | undefined

interface AdmissionOptions {
  isOpen(path: string): boolean
  voiceOf(path: string): Voice
}

/** Lets callers in by their limits of requests. The result throws or rejects with `rate-limit` or `overloaded`. */
export function createAdmission(
  { metering: { limiter } }: Services,
  { isOpen, voiceOf }: AdmissionOptions,
): Admit {
  const voiceAt = remembered(voiceOf)
  const show = (entry: AccessEntry, caller: CallerIdentity) => {
    entry.limitHeaders = () => limitHeaders(limiter, caller, voiceAt(entry.path))
  }
  const keep = (entry: AccessEntry, caller: CallerIdentity, ticket: Ticket) => {
    entry.metered = { caller, ticket }
    show(entry, caller)
  }
  return (c, caller) => {
    const { path, method } = c.req
    if (method === 'OPTIONS' || isOpen(path)) return undefined
    const entry = c.get('entry')
    // Who is refused wants to know why.
    const fail = (thrown: unknown): never => {
      show(entry, caller)
      throw thrown
    }
    let entering: ReturnType<Limiter['enter']>
    try {
      entering = limiter.enter(caller)
    } catch (thrown) {
      return fail(thrown)
    }
    if (entering === undefined) return undefined
    if (entering instanceof Promise) {
      return entering.then((ticket) => keep(entry, caller, ticket), fail)
    }
    keep(entry, caller, entering)
    return undefined
  }
}

/** Holds wishes to limits of tokens and to budgets, and keeps them for the books. Undefined where nobody counts. */
export function meteredAdmission(
  c: HttpContext,
): ((wish: Wish) => void | Promise<void>) | undefined {
  const { metering } = c.get('services')
  const entry = c.get('entry')
  const metered = entry.metered ?? { caller: c.get('caller') }
  if (!isMetered(metering, metered)) return undefined
  entry.metered = metered
  return (wish) => admitWish(metering, metered, wish)
}

/** Settles every request that has ended. */
export const meteringObserver = (metering: Metering): AccessObserver => ({
  closed(entry, { after }) {
    const { metered, record, error, startedAt, firstTextAfter } = entry
    if (metered) {
      const milliseconds = after - startedAt
      const outcome = { record, error, milliseconds, firstTokenAfter: firstTextAfter }
      settleMetered(metering, metered, outcome)
      // The entry waits to be written as a line; what was asked need not wait with it.
      entry.metered = undefined
    }
    entry.linger?.(metering.flush())
  },
})

/** `X-RateLimit-*` of one limit stand beside the surface's own names, for they mean the same everywhere. */
function limitHeaders(
  limiter: Limiter,
  caller: CallerIdentity,
  voice: Voice,
): Record<string, string> {
  const requests = limiter.standing(caller, 'requests')
  const tokens = limiter.standing(caller, 'tokens')
  const headers: Record<string, string> =
    voice.limitHeaders?.({ now: Date.now(), requests, tokens }) ?? {}
  if (requests) {
    headers['x-ratelimit-limit'] = String(requests.limit)
    headers['x-ratelimit-remaining'] = String(requests.remaining)
    headers['x-ratelimit-reset'] = String(Math.ceil(requests.reset / 1000))
  }
  return headers
}
