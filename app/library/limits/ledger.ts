/** Something given to an instance: from then on it counts for a minute. `at` in Unix milliseconds. */
export interface Grant {
  at: number
  amount: number
}

/** What was given of one kind in the last minute, oldest first. */
export interface Flow {
  grants: Grant[]
  /** Of callers who may not have all of their minute at once: what they may have now, and when that was. */
  bucket?: Grant
}

/** Running requests one instance may have, until when. */
interface Slots {
  count: number
  until: number
}

/** What all instances know of one key, as it lies in the state store. */
export interface Ledger {
  requests: Flow
  tokens: Flow
  /** By instance. */
  slots: Map<string, Slots>
}

/** How much of a kind there is in any minute, and at once. */
export interface Allowance {
  limit: number
  burst?: number
}

export const MINUTE = 60_000
/** Milliseconds for which an instance's running requests count unless it tells of them again. */
export const SLOTS_HOLD = 30_000

/** More grants than these are told together: a ledger must stay small. */
const MOST_GRANTS = 120

export const emptyLedger = (): Ledger => ({
  requests: { grants: [] },
  tokens: { grants: [] },
  slots: new Map(),
})

/** As it is stored: times are told as the distance from the one before. */
interface Stored {
  at: number
  r?: number[]
  rb?: [at: number, amount: number]
  t?: number[]
  s?: Record<string, [count: number, until: number]>
}

export function readLedger(text: string): Ledger {
  const { at, r = [], rb, t = [], s = {} } = JSON.parse(text) as Stored
  const slots = Object.entries(s).map(([id, [count, until]]) => [id, { count, until }] as const)
  return {
    requests: { grants: unpack(at, r), ...(rb && { bucket: { at: rb[0], amount: rb[1] } }) },
    tokens: { grants: unpack(at, t) },
    slots: new Map(slots),
  }
}

export function writeLedger({ requests, tokens, slots }: Ledger): string {
  const at = Math.min(...[requests, tokens].flatMap(({ grants }) => grants[0]?.at ?? []), 2 ** 53)
  const { bucket } = requests
  const stored: Stored = {
    at,
    ...(requests.grants.length > 0 && { r: pack(at, requests.grants) }),
    ...(bucket && { rb: [bucket.at, bucket.amount] }),
    ...(tokens.grants.length > 0 && { t: pack(at, tokens.grants) }),
    ...(slots.size > 0 && {
      s: Object.fromEntries([...slots].map(([id, { count, until }]) => [id, [count, until]])),
    }),
  }
  return JSON.stringify(stored)
}

function pack(from: number, grants: readonly Grant[]): number[] {
  let before = from
  return grants.flatMap(({ at, amount }) => {
    const distance = at - before
    before = at
    return [distance, amount]
  })
}

function unpack(from: number, numbers: readonly number[]): Grant[] {
  const grants: Grant[] = []
  let at = from
  for (let index = 0; index + 1 < numbers.length; index += 2) {
    at += numbers[index]!
    grants.push({ at, amount: numbers[index + 1]! })
  }
  return grants
}

/** Milliseconds by which clocks of instances may differ. */
const APART = 5000

/**
 * Forgets what is over a minute old, and slots nobody has renewed. Tells whether anything was in the future: then a
 * clock was set back, and it counts from now on.
 */
export function prune(ledger: Ledger, now: number): boolean {
  const isAhead = isFuture(ledger, now)
  if (isAhead) bringBack(ledger, now)
  for (const flow of [ledger.requests, ledger.tokens]) {
    flow.grants = flow.grants.filter(({ at }) => at > now - MINUTE)
    if (flow.grants.length > MOST_GRANTS) mergeNearest(flow.grants)
  }
  for (const [id, { until }] of ledger.slots) if (until <= now) ledger.slots.delete(id)
  return isAhead
}

const isFuture = ({ requests, tokens, slots }: Ledger, now: number): boolean =>
  [requests, tokens].some(
    ({ grants, bucket }) => Math.max(grants.at(-1)?.at ?? 0, bucket?.at ?? 0) > now + APART,
  ) || [...slots.values()].some(({ until }) => until > now + SLOTS_HOLD + APART)

function bringBack({ requests, tokens, slots }: Ledger, now: number): void {
  for (const { grants, bucket } of [requests, tokens]) {
    for (const grant of grants) grant.at = Math.min(grant.at, now)
    if (bucket) bucket.at = Math.min(bucket.at, now)
  }
  for (const [id, { count, until }] of slots) {
    slots.set(id, { count, until: Math.min(until, now + SLOTS_HOLD) })
  }
}

/** The two that lie nearest count as one of the later time, so that nothing is free too early. */
function mergeNearest(grants: Grant[]): void {
  while (grants.length > MOST_GRANTS) {
    let nearest = 1
    const gap = (index: number) => grants[index]!.at - grants[index - 1]!.at
    for (let index = 2; index < grants.length; index++) {
      if (gap(index) < gap(nearest)) nearest = index
    }
    const [first] = grants.splice(nearest - 1, 1)
    grants[nearest - 1]!.amount += first!.amount
  }
}

/** What was given in the minute before `now`. */
function givenIn({ grants }: Flow, now: number): number {
  let given = 0
  for (const { at, amount } of grants) if (at > now - MINUTE) given += amount
  return given
}

/** What can be given now, which is below zero while somebody used more than they had. */
export function roomIn(flow: Flow, { limit, burst }: Allowance, now: number): number {
  const room = limit - givenIn(flow, now)
  if (burst === undefined || burst >= limit) return room
  return Math.min(room, Math.floor(levelOf(flow, { limit, burst }, now)))
}

/** What is in a bucket now, which fills up by the minute. */
export function levelOf(
  { bucket }: Pick<Flow, 'bucket'>,
  { limit, burst }: Required<Allowance>,
  now: number,
): number {
  if (!bucket) return burst
  return Math.min(burst, bucket.amount + (Math.max(0, now - bucket.at) * limit) / MINUTE)
}

/** Writes down that so much was given. */
export function give(
  flow: Flow,
  { amount, now, allowance }: { amount: number; now: number; allowance: Allowance },
): Grant {
  const { limit, burst } = allowance
  if (burst !== undefined && burst < limit) {
    const level = levelOf(flow, { limit, burst }, now)
    flow.bucket = { at: now, amount: level - amount }
  }
  const last = flow.grants.at(-1)
  // Clocks of instances differ a little; times in a ledger never go back.
  const at = Math.max(now, last?.at ?? 0)
  if (last?.at === at) last.amount += amount
  else flow.grants.push({ at, amount })
  return { at, amount }
}

/** Takes back what was given and not used. */
export function takeBack(flow: Flow, { at, amount }: Grant, allowance: Allowance): void {
  // Grants that were put together bear the later time.
  const grant = flow.grants.find((one) => one.at >= at)
  if (!grant) return
  const taken = Math.min(grant.amount, amount)
  grant.amount -= taken
  if (grant.amount === 0) flow.grants.splice(flow.grants.indexOf(grant), 1)
  const { bucket } = flow
  if (!bucket || allowance.burst === undefined) return
  bucket.amount = Math.min(allowance.burst, bucket.amount + taken)
}

/** Milliseconds until so much can be given; a minute where it is more than there ever is. */
export function waitFor(
  flow: Flow,
  { need, now, allowance }: { need: number; now: number; allowance: Allowance },
): number {
  const { limit, burst } = allowance
  let wait = 0
  let missing = need - (limit - givenIn(flow, now))
  for (const { at, amount } of flow.grants) {
    if (missing <= 0) break
    missing -= amount
    wait = Math.max(wait, at + MINUTE - now)
  }
  if (missing > 0) wait = MINUTE
  if (burst !== undefined && burst < limit) {
    const short = Math.min(need, burst) - levelOf(flow, { limit, burst }, now)
    wait = Math.max(wait, (short * MINUTE) / limit)
  }
  return Math.max(0, Math.min(MINUTE, wait))
}

/** Slots that instances other than this one have. */
export function slotsElsewhere({ slots }: Ledger, instance: string): number {
  let elsewhere = 0
  for (const [id, { count }] of slots) if (id !== instance) elsewhere += count
  return elsewhere
}
