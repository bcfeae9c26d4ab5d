import { type Account, allowanceOf, FLOWING, type Flowing, type Need } from './account.ts'
import { receive } from './holding.ts'
import {
  type Allowance,
  type Flow,
  type Grant,
  give,
  type Ledger,
  roomIn,
  SLOTS_HOLD,
  slotsElsewhere,
  takeBack,
  waitFor,
} from './ledger.ts'
import type { Changed, SharedLedger } from './shared-ledger.ts'
import type { Kind } from './too-many.ts'

/** What an instance asks of the ledger. */
export interface Bid {
  /** In the order they are to be met, each whole or not at all. */
  needs: readonly Need[]
  /** What it would like to hold beside that. */
  stock: Record<Flowing, number>
  /** What it gives back. */
  back?: Partial<Record<Flowing, readonly Grant[]>>
}

export interface Granted extends Changed {
  /** Milliseconds until there may be more, of each kind that did not suffice. */
  short: Partial<Record<Kind, number>>
}

/** Milliseconds after which one who found all of them running may come again. */
const SLOT_WAIT = 1000

interface Side {
  bid: Bid
  instance: string
  now(): number
}

/** One talk with the ledger: debts are told, things given back, and what is wanted is got as far as it is there. */
export async function exchangeWith(
  ledger: SharedLedger,
  account: Account,
  side: Side,
): Promise<Granted> {
  const debt = account.tokens.debt
  const outcome = await ledger.change((draft) => negotiate(draft, account, { ...side, debt }))
  account.tokens.debt -= debt
  for (const kind of FLOWING) {
    const grant = outcome.grants[kind]
    if (grant) receive(account[kind], grant)
  }
  if (outcome.slots) {
    account.slots.held = Math.max(account.slots.held, outcome.slots.count)
    account.slots.until = outcome.slots.until
  }
  return outcome
}

interface Outcome extends Granted {
  grants: Partial<Record<Flowing, Grant>>
  slots?: { count: number; until: number }
}

function negotiate(
  ledger: Ledger,
  account: Account,
  { bid, instance, now, debt }: Side & { debt: number },
): Outcome {
  const outcome: Outcome = { isChanged: false, isShort: false, short: {}, grants: {} }
  const time = now()
  for (const kind of FLOWING) {
    const allowance = allowanceOf(account.limits, kind)
    if (!allowance) continue
    const flow = ledger[kind]
    const back = bid.back?.[kind] ?? []
    for (const grant of back) takeBack(flow, grant, allowance)
    const owed = kind === 'tokens' ? debt : 0
    if (owed > 0) give(flow, { amount: owed, now: time, allowance })
    if (back.length > 0 || owed > 0) outcome.isChanged = true
    trade(outcome, { kind, flow, allowance, bid, left: account[kind].left, time })
  }
  bookSlots(ledger, account, { outcome, bid, instance, time })
  return outcome
}

interface Trade {
  kind: Flowing
  flow: Flow
  allowance: Allowance
  bid: Bid
  /** What the instance still holds. */
  left: number
  time: number
}

function trade(outcome: Outcome, { kind, flow, allowance, bid, left, time }: Trade): void {
  const room = roomIn(flow, allowance, time)
  const { met, unmet } = meet(bid.needs, kind, room + left)
  const amount = Math.min(Math.max(0, room), Math.max(0, met + bid.stock[kind] - left))
  if (amount > 0) {
    outcome.grants[kind] = give(flow, { amount, now: time, allowance })
    outcome.isChanged = true
  }
  if (unmet === undefined) return
  const need = unmet - Math.max(0, left - met)
  outcome.short[kind] = waitFor(flow, { need, now: time, allowance })
  outcome.isShort = true
}

/** The sum of the needs that can be met one after the other, and the first that cannot. */
function meet(
  needs: readonly Need[],
  kind: Flowing,
  there: number,
): { met: number; unmet?: number } {
  let met = 0
  for (const need of needs) {
    if (met + need[kind] > there) return { met, unmet: need[kind] }
    met += need[kind]
  }
  return { met }
}

function bookSlots(
  ledger: Ledger,
  account: Account,
  { outcome, bid, instance, time }: { outcome: Outcome; bid: Bid; instance: string; time: number },
): void {
  const { limits, slots } = account
  if (limits.concurrent === undefined) return
  const needed = bid.needs.reduce((sum, need) => sum + need.slots, 0)
  const wanted = Math.max(slots.held, slots.used + needed)
  const free = limits.concurrent - slotsElsewhere(ledger, instance)
  // What runs already runs, whatever a lowered limit or a pause of ours made of it.
  const count = Math.max(slots.used, Math.min(wanted, free))
  if (count < slots.used + needed) {
    outcome.short.slots = SLOT_WAIT
    outcome.isShort = true
  }
  const before = ledger.slots.get(instance)
  const isSame = before?.count === count && before.until > time + SLOTS_HOLD / 2
  const until = isSame ? before.until : time + SLOTS_HOLD
  outcome.slots = { count, until }
  if (isSame || (count === 0 && !before)) return
  if (count === 0) ledger.slots.delete(instance)
  else ledger.slots.set(instance, { count, until })
  outcome.isChanged = true
}
