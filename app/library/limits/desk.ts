import { asGatewayError, GatewayError } from '../../errors.ts'
import {
  type Account,
  atOnce,
  FLOWING,
  type Flowing,
  type Limits,
  limitOf,
  type Need,
  newAccount,
} from './account.ts'
import { expire, IDLE, leaseOf, refund, stockFor, takeOut, use } from './holding.ts'
import { type Grant, MINUTE, SLOTS_HOLD } from './ledger.ts'
import { type Bid, exchangeWith, type Granted } from './negotiate.ts'
import { createSharedLedger, type SharedLedger, type SharedLedgerOptions } from './shared-ledger.ts'
import { type Kind, tooMany } from './too-many.ts'

interface Waiter {
  need: Need
  admit(at: number): void
  refuse(error: GatewayError): void
}

/** One key at this instance: what it holds, who waits for more, and what the ledger said last. */
export interface Desk {
  account: Account
  ledger: SharedLedger
  instance: string
  now(): number
  waiters: Waiter[]
  /** Present while the ledger is being asked. */
  talking?: Promise<void>
  /** Kinds of which there is no more, until when that is believed, and when there will be more. */
  closed: Partial<Record<Kind, { until: number; opens: number }>>
  /** Set when the store failed. */
  down?: { until: number; error: GatewayError }
}

const KINDS: readonly Kind[] = ['requests', 'slots', 'tokens']
/** Milliseconds for which a refusal stands without the ledger being asked again. */
const RECHECK = 500
/** Milliseconds a store that failed is left alone: whoever needs it is refused at once. */
const REST = 1000
/** Milliseconds in which what is held must be half used up for more to be got in time. */
const BRISK = 10_000

export function openDesk(
  limits: Limits,
  { instance, ...options }: SharedLedgerOptions & { instance: string },
): Desk {
  const { now } = options
  const ledger = createSharedLedger(options)
  return {
    account: newAccount(limits, now()),
    ledger,
    instance,
    now,
    waiters: [],
    closed: {},
  }
}

/**
 * Takes what is needed: at once where it is held, else when the ledger gives it. The answer is the time of
 * the tokens' grant. Throws or rejects with `rate-limit` or, when the store is down, `overloaded`.
 */
export function take(desk: Desk, need: Need): number | Promise<number> {
  const { account } = desk
  const time = desk.now()
  account.wantedAt = time
  // What was told of the future was told before the clock was set back.
  if (account.bucket && account.bucket.at > time) account.bucket.at = time
  const level = need.requests > 0 ? atOnce(account, time) : Number.POSITIVE_INFINITY
  if (level === Number.POSITIVE_INFINITY) return takeHeld(desk, need, time)
  const limit = account.limits.requestsPerMinute!
  const short = need.requests - level
  if (short > 0) throw tooMany('requests', limit, (short * MINUTE) / limit)
  account.bucket = { at: time, amount: level - need.requests }
  const giveBack = (thrown: unknown): never => {
    if (account.bucket) account.bucket.amount += need.requests
    throw thrown
  }
  try {
    const taken = takeHeld(desk, need, time)
    return taken instanceof Promise ? taken.catch(giveBack) : taken
  } catch (thrown) {
    return giveBack(thrown)
  }
}

function takeHeld(desk: Desk, need: Need, time: number): number | Promise<number> {
  const { account, waiters } = desk
  expire(account.requests, time)
  expire(account.tokens, time)
  if (waiters.length === 0 && lacking(account, need) === undefined) {
    const at = takeFrom(account, need)
    if (desk.talking === undefined && FLOWING.some((kind) => isLow(desk, kind, time))) talk(desk)
    return at
  }
  const error = refusal(desk, need)
  if (error) throw error
  return new Promise((admit, refuse) => {
    waiters.push({ need, admit, refuse })
    talk(desk)
  })
}

/** A request has ended. */
export function leave({ account }: Desk): void {
  account.slots.used -= 1
}

/** Tokens that were reserved at `at` turned out to be `used`. */
export function settle({ account, closed }: Desk, reserved: Grant, used: number): void {
  const { tokens } = account
  const over = used - reserved.amount
  if (over < 0) {
    refund(tokens, { at: reserved.at, amount: -over })
    delete closed.tokens
  }
  if (over <= 0) return
  const held = Math.min(tokens.left, over)
  use(tokens, held)
  tokens.debt += over - held
}

function lacking(account: Account, need: Need): Kind | undefined {
  return KINDS.find((kind) => {
    if (need[kind] === 0 || limitOf(account.limits, kind) === undefined) return false
    if (kind !== 'slots') return account[kind].left < need[kind]
    return account.slots.held - account.slots.used < need.slots
  })
}

function takeFrom({ limits, requests, slots, tokens }: Account, need: Need): number {
  if (limits.requestsPerMinute !== undefined) use(requests, need.requests)
  slots.used += need.slots
  slots.peak = Math.max(slots.peak, slots.used)
  return limits.tokensPerMinute === undefined ? 0 : use(tokens, need.tokens)
}

/** Why this cannot be had, as far as is known; undefined where the ledger is to be asked. */
function refusal({ account, closed, down, now }: Desk, need: Need): GatewayError | undefined {
  const kind = lacking(account, need)
  if (!kind) return undefined
  const time = now()
  const known = closed[kind]
  if (known && isStanding(known, time, RECHECK)) {
    return tooMany(kind, limitOf(account.limits, kind)!, known.opens - time)
  }
  return down && isStanding(down, time, REST) ? down.error : undefined
}

/** Whether something still holds that holds no longer than this. What seems to was told before the clock was set back. */
const isStanding = ({ until }: { until: number }, time: number, most: number) =>
  until > time && until <= time + most

function isLow({ account, closed }: Desk, kind: Flowing, time: number): boolean {
  const { left, used, since } = account[kind]
  return left <= used / 2 && used > 2 && time - since < BRISK && !closed[kind]
}

/** Asks the ledger until nobody waits any more, one talk at a time. */
function talk(desk: Desk): void {
  if (!desk.talking) hold(desk, talkNow(desk))
}

/** Who came too late for a talk begins the next. */
function hold(desk: Desk, talking: Promise<void>): void {
  desk.talking = talking.finally(() => {
    desk.talking = undefined
    if (desk.waiters.length > 0) talk(desk)
  })
}

async function talkNow(desk: Desk): Promise<void> {
  try {
    do {
      const granted = await exchangeWith(desk.ledger, desk.account, { ...desk, bid: bidOf(desk) })
      serve(desk)
      close(desk, granted)
    } while (desk.waiters.length > 0)
  } catch (thrown) {
    const error = storeDown(thrown)
    desk.down = { until: desk.now() + REST, error }
    const waiters = desk.waiters.splice(0)
    for (const { refuse } of waiters) refuse(error)
  }
}

function bidOf({ account, waiters, now }: Desk): Bid {
  const time = now()
  const stock = (kind: Flowing) => stockFor(account[kind], limitOf(account.limits, kind) ?? 0, time)
  return {
    needs: waiters.map(({ need }) => need),
    stock: { requests: stock('requests'), tokens: stock('tokens') },
  }
}

/** In the order they came, so that nobody with a large need is passed over for ever. */
function serve({ account, waiters }: Desk): void {
  while (waiters.length > 0 && lacking(account, waiters[0]!.need) === undefined) {
    const { need, admit } = waiters.shift()!
    admit(takeFrom(account, need))
  }
}

/** Keeps in mind what there is no more of, and refuses those who wait for it. */
function close(desk: Desk, { short }: Granted): void {
  const time = desk.now()
  for (const kind of KINDS) {
    const wait = short[kind]
    if (wait === undefined) delete desk.closed[kind]
    else {
      const until = time + Math.max(1, Math.min(RECHECK, wait))
      desk.closed[kind] = { until, opens: time + wait }
    }
  }
  const waiters = desk.waiters.splice(0)
  for (const waiter of waiters) {
    const error = refusal(desk, waiter.need)
    if (error) waiter.refuse(error)
    else desk.waiters.push(waiter)
  }
}

/** Nobody is let through because nobody can count. */
function storeDown(thrown: unknown): GatewayError {
  const error = asGatewayError(thrown)
  if (error.code === 'overloaded') return error
  return new GatewayError('overloaded', 'The limits of this key cannot be told. Retry later.', {
    retryAfter: 1,
    cause: thrown,
  })
}

/**
 * Gives back what is not needed and tells that what runs still runs. `all` gives back everything that is
 * not in use. Resolves when the ledger knows; never rejects.
 */
export async function tidy(desk: Desk, all: boolean): Promise<void> {
  while (desk.talking) await desk.talking
  const { account, now } = desk
  const time = now()
  const isIdle = all || account.wantedAt < time - IDLE
  const back: Partial<Record<Flowing, Grant[]>> = {}
  for (const kind of FLOWING) {
    const holding = account[kind]
    expire(holding, time)
    const limit = limitOf(account.limits, kind)
    const surplus = isIdle ? holding.left : holding.left - leaseOf(limit ?? 0)
    if (surplus > 0) back[kind] = takeOut(holding, surplus)
  }
  const { slots } = account
  const running = all ? slots.used : Math.max(slots.peak, slots.used)
  const areSlotsOver = slots.held > running
  slots.held = Math.min(slots.held, running)
  slots.peak = slots.used
  const areSlotsOld = slots.held > 0 && slots.until < time + SLOTS_HOLD / 2
  const isBack = back.requests !== undefined || back.tokens !== undefined
  if (!isBack && !areSlotsOver && !areSlotsOld && account.tokens.debt === 0) return
  const bid = { needs: [], stock: { requests: 0, tokens: 0 }, back }
  // What could not be given back counts until its minute is over, and debts are told the next time.
  const told = exchangeWith(desk.ledger, desk.account, { ...desk, bid }).then(
    () => {},
    () => {},
  )
  hold(desk, told)
  await desk.talking
}

/** Whether nothing is left that anybody would miss. */
export function isEmpty({ account, waiters, talking }: Desk): boolean {
  const { requests, tokens, slots } = account
  return (
    !talking &&
    waiters.length === 0 &&
    requests.left + tokens.left + tokens.debt + slots.held + slots.used === 0
  )
}
