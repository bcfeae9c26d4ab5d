import { type Grant, MINUTE } from './ledger.ts'

/** Milliseconds without a request after which what is held is given back. */
export const IDLE = 5000
/** Seconds of the present pace that are held in stock. */
const STOCK = 10
/** What an instance may hold in stock, as a part of the limit. */
const LEASE = 1 / 20

/** What this instance was given of one kind and has not used. */
export interface Holding {
  /** Oldest first; what is left of them. */
  grants: Grant[]
  left: number
  /** What was used without having been given: estimates err. */
  debt: number
  /** What was used since `since`, from which the pace is told. */
  used: number
  since: number
}

export const emptyHolding = (now: number): Holding => ({
  grants: [],
  left: 0,
  debt: 0,
  used: 0,
  since: now,
})

export function receive(holding: Holding, grant: Grant): void {
  holding.grants.push({ ...grant })
  holding.left += grant.amount
}

/** What was taken and not needed is there for others; it counts from when it was given. */
export function refund(holding: Holding, { at, amount }: Grant): void {
  const { grants } = holding
  let place = grants.length
  while (place > 0 && grants[place - 1]!.at > at) place--
  const same = grants[place - 1]
  if (same?.at === at) same.amount += amount
  else grants.splice(place, 0, { at, amount })
  holding.left += amount
  holding.used = Math.max(0, holding.used - amount)
}

/** Uses up what was given first. Gives the time of the last grant it came from. */
export function use(holding: Holding, amount: number): number {
  holding.left -= amount
  holding.used += amount
  let missing = amount
  let at = 0
  while (missing > 0) {
    const oldest = holding.grants[0]
    if (!oldest) break
    at = oldest.at
    if (oldest.amount > missing) {
      oldest.amount -= missing
      break
    }
    missing -= oldest.amount
    holding.grants.shift()
  }
  return at
}

/** Forgets what is no longer written in the ledger: it counts for nobody now. */
export function expire(holding: Holding, now: number): void {
  while (holding.grants.length > 0 && holding.grants[0]!.at <= now - MINUTE) {
    holding.left -= holding.grants.shift()!.amount
  }
}

/** Takes out what is to be given back, the newest first. */
export function takeOut(holding: Holding, amount: number): Grant[] {
  const taken: Grant[] = []
  for (let missing = Math.min(amount, holding.left); missing > 0; ) {
    const newest = holding.grants.pop()!
    const part = Math.min(newest.amount, missing)
    if (part < newest.amount) holding.grants.push({ ...newest, amount: newest.amount - part })
    taken.push({ at: newest.at, amount: part })
    holding.left -= part
    missing -= part
  }
  return taken
}

export const leaseOf = (limit: number) => Math.max(1, Math.floor(limit * LEASE))

/** How much to hold for the next seconds, by the pace since it was last told. */
export function stockFor(holding: Holding, limit: number, now: number): number {
  const seconds = Math.max(now - holding.since, 1) / 1000
  const pace = holding.used / seconds
  holding.used = 0
  holding.since = now
  return Math.min(leaseOf(limit), Math.ceil(pace * STOCK))
}
