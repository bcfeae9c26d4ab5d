import type { CallerIdentity, CallerLimits } from '../../ports/caller.ts'
import type { Limiter, Ticket } from '../../ports/metering.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { type Limits, standingOf } from './account.ts'
import { type Desk, isEmpty, leave, openDesk, settle, take, tidy } from './desk.ts'
import { MINUTE } from './ledger.ts'
import { tooMany } from './too-many.ts'

interface LimiterOptions {
  state: StateStore
  /** For keys without limits of their own. */
  defaults: Limits
  /** No request may wait for what another began: Workers. Each then asks the ledger itself. */
  isolated?: boolean
  /** Unix milliseconds. */
  now?(): number
}

const COLLECTION = 'limits'
/** Milliseconds between two looks for what is held in vain. */
const SWEEP = 1000

export function createLimiter(options: LimiterOptions): Limiter {
  const { state, defaults, now = Date.now, isolated = false } = options
  const desks = new Map<string, Desk>()
  const limitsFor = limitsOver(defaults)
  const sweeper = createSweeper(desks)
  /** Desks whose only request has ended. */
  const left: Desk[] = []
  let instance: string | undefined

  const deskOf = (keyId: string, limits: Limits): Desk => {
    const open = desks.get(keyId)
    if (open && !isolated) {
      // What was refused under other limits may be had under these.
      if (differ(open.account.limits, limits)) open.closed = {}
      open.account.limits = limits
      return open
    }
    // Not made at the start: Workers have no randomness before their first request.
    if (instance === undefined || isolated) instance = crypto.randomUUID().slice(0, 8)
    const desk = openDesk(limits, { state, collection: COLLECTION, id: keyId, instance, now })
    desks.set(keyId, desk)
    return desk
  }

  return {
    enter(caller) {
      const limits = limitsFor(caller)
      if (!limits) return undefined
      const desk = deskOf(caller.keyId, limits)
      if (!isolated) sweeper.later()
      const onLeave = isolated ? () => void left.push(desk) : undefined
      const taken = take(desk, ENTRY)
      if (!(taken instanceof Promise)) return ticketOf(desk, onLeave)
      return taken.then(
        () => ticketOf(desk, onLeave),
        (thrown) => {
          // It may have got a part of what it wanted.
          onLeave?.()
          throw thrown
        },
      )
    },
    limits: (caller) => limitsFor(caller) ?? {},
    standing({ keyId }, kind) {
      const desk = desks.get(keyId)
      if (!desk) return undefined
      return standingOf(desk.account, { kind, flow: desk.ledger.known()[kind], now: now() })
    },
    async flush() {
      if (!isolated) return sweeper.sweep(true)
      await Promise.all(left.splice(0).map((desk) => tidy(desk, true)))
    },
  }
}

/** Looks now and then, as long as anything is held, for what is held in vain. */
function createSweeper(desks: Map<string, Desk>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const sweep = async (all: boolean): Promise<void> => {
    await Promise.all([...desks.values()].map((desk) => tidy(desk, all)))
    for (const [keyId, desk] of desks) if (isEmpty(desk)) desks.delete(keyId)
  }
  const later = () => {
    if (timer !== undefined) return
    timer = setTimeout(async () => {
      await sweep(false)
      timer = undefined
      if (desks.size > 0) later()
    }, SWEEP)
  }
  return { sweep, later }
}

/** The limits of a caller: its own, and those of everybody where it has none. */
function limitsOver(defaults: Limits): (caller: CallerIdentity) => Limits | undefined {
  const byDefault = boundsOf(defaults)
  const known = new WeakMap<CallerLimits, Limits | undefined>()
  return ({ limits }) => {
    if (limits === undefined) return byDefault
    if (!known.has(limits)) known.set(limits, boundsOf({ ...defaults, ...present(limits) }))
    return known.get(limits)
  }
}

const ENTRY = { requests: 1, slots: 1, tokens: 0 }

function ticketOf(desk: Desk, onLeave: (() => void) | undefined): Ticket {
  let reserved: { at: number; amount: number } | undefined
  return {
    reserve(wish) {
      const limit = desk.account.limits.tokensPerMinute
      if (limit === undefined) return undefined
      const wished = wish.tokens()
      if (limit === 0 && wished > 0) throw tooMany('tokens', limit, MINUTE)
      // Who asks for more than a minute's worth gets all of one: what it really costs is settled at the end.
      const amount = Math.min(wished, limit)
      const keep = (at: number) => {
        reserved = { at, amount: amount + (reserved?.amount ?? 0) }
      }
      const at = take(desk, { requests: 0, slots: 0, tokens: amount })
      if (at instanceof Promise) return at.then(keep)
      keep(at)
      return undefined
    },
    leave(tokens) {
      leave(desk)
      if (reserved) settle(desk, reserved, tokens)
      onLeave?.()
    },
  }
}

const differ = (one: Limits, other: Limits): boolean =>
  one !== other &&
  (one.requestsPerMinute !== other.requestsPerMinute ||
    one.tokensPerMinute !== other.tokensPerMinute ||
    one.concurrent !== other.concurrent)

/** Undefined where nothing is bounded. */
function boundsOf(limits: Limits): Limits | undefined {
  const { requestsPerMinute, tokensPerMinute, concurrent } = limits
  const isFree = [requestsPerMinute, tokensPerMinute, concurrent].every((one) => one === undefined)
  return isFree ? undefined : limits
}

function present(limits: CallerLimits): CallerLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}
