import type { Standing } from '../../ports/metering.ts'
import { emptyHolding, type Holding } from './holding.ts'
import { type Allowance, type Flow, type Grant, levelOf, MINUTE, roomIn } from './ledger.ts'
import type { Kind } from './too-many.ts'

/** How much a key has; absent members are without limit. */
export interface Limits {
  requestsPerMinute?: number
  tokensPerMinute?: number
  concurrent?: number
  /** Requests at once, which come back one by one. */
  burst?: number
}

/** What somebody wants now, all of it or nothing. */
export interface Need {
  requests: number
  slots: number
  tokens: number
}

interface RunningSlots {
  held: number
  used: number
  /** The most that ran since we last looked. */
  peak: number
  /** Until when other instances count with them, in Unix milliseconds. */
  until: number
}

/** What this instance holds of what one key may use. */
export interface Account {
  limits: Limits
  requests: Holding
  tokens: Holding
  slots: RunningSlots
  /** What of a burst this instance has left: what it fetched ahead must not make one larger. */
  bucket?: Grant
  /** When somebody last wanted something. */
  wantedAt: number
}

/** Kinds that count by the minute. */
export type Flowing = 'requests' | 'tokens'
export const FLOWING: readonly Flowing[] = ['requests', 'tokens']

export const newAccount = (limits: Limits, now: number): Account => ({
  limits,
  requests: emptyHolding(now),
  tokens: emptyHolding(now),
  slots: { held: 0, used: 0, peak: 0, until: 0 },
  wantedAt: now,
})

export function limitOf(limits: Limits, kind: Kind): number | undefined {
  if (kind === 'requests') return limits.requestsPerMinute
  return kind === 'tokens' ? limits.tokensPerMinute : limits.concurrent
}

export function allowanceOf(limits: Limits, kind: Flowing): Allowance | undefined {
  const limit = limitOf(limits, kind)
  if (limit === undefined) return undefined
  return kind === 'requests' ? { limit, burst: limits.burst } : { limit }
}

/** Requests this instance may let in now, whatever it holds; infinite for who may have all of a minute at once. */
export function atOnce({ limits, bucket }: Account, now: number): number {
  const { requestsPerMinute: limit, burst } = limits
  if (limit === undefined || burst === undefined || burst >= limit) return Number.POSITIVE_INFINITY
  return levelOf({ bucket }, { limit, burst }, now)
}

export function standingOf(
  account: Account,
  { kind, flow, now }: { kind: Flowing; flow: Flow; now: number },
): Standing | undefined {
  const allowance = allowanceOf(account.limits, kind)
  if (!allowance) return undefined
  const newest = flow.grants.at(-1)
  const there = roomIn(flow, allowance, now) + account[kind].left
  const bounded = kind === 'requests' ? Math.min(there, atOnce(account, now)) : there
  return {
    limit: allowance.limit,
    remaining: Math.max(0, Math.floor(bounded)),
    reset: newest ? Math.max(now, newest.at + MINUTE) : now,
  }
}
