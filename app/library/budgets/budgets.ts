import { GatewayError } from '../../errors.ts'
import type { Budget, CallerIdentity } from '../../ports/caller.ts'
import type { Budgets, Hold } from '../../ports/metering.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { createPurses, type Purse, type Purses, SPANS, type Span, type Spent } from './purses.ts'

interface BudgetsOptions {
  state: StateStore
  /** For keys without a budget of their own. */
  defaults: Budget
  onFailure?(thrown: unknown): void
  /** No request may wait for what another began: Workers. */
  isolated?: boolean
  /** Unix milliseconds. */
  now?(): number
}

const COLLECTION = 'spend'
/** Milliseconds after which what was spent is written. */
const DELAY = 500
/** Milliseconds for which the sum of all instances is good enough: while there is plenty, and near the end. */
const FRESH = 10_000
const FRESH_NEAR = 1000
/** Milliseconds after which the sum must be read again, whatever is left. */
const STALE = 60_000
/** What of a budget counts as plenty. */
const PLENTY = 0.2
/** Milliseconds a sum is kept when its time is over. */
const KEPT = 40 * 86_400_000

export function createBudgets(options: BudgetsOptions): Budgets {
  const { defaults, now = Date.now } = options
  const purses = createPurses(now)
  const writer = createSpendWriter(purses, { ...options, now })
  const budgetOf = ({ budget }: CallerIdentity): Budget => budget ?? defaults
  const hear = createHearing({ ...options, now })

  const setAside = (purse: Purse, spans: readonly Span[], cost: number): Hold => {
    purse.held += cost
    return {
      settle(actual) {
        purse.held -= cost
        if (actual <= 0) return
        const current = purses.of(purse.keyId)
        for (const span of spans) current.spans[span].pending += actual
        writer.writeLater()
      },
    }
  }

  return {
    bounds: (caller) => spansOf(budgetOf(caller)).length > 0,
    budget: budgetOf,
    async spent(caller) {
      const { spans } = purses.of(caller.keyId)
      const sums = spansOf(budgetOf(caller)).map(async (span) => {
        const { id, pending } = spans[span]
        const item = await options.state.get(COLLECTION, id)
        return [span, Number(item?.value ?? 0) + pending] as const
      })
      return Object.fromEntries(await Promise.all(sums))
    },
    hold(caller, cost) {
      const budget = budgetOf(caller)
      const spans = spansOf(budget)
      const purse = purses.of(caller.keyId)
      const pass = () => {
        for (const span of spans) requireEnough(budget[span]!, span, cost)
        // The month first: who has nothing left of either waits for the later of their ends.
        for (const span of spans.toReversed()) {
          requireLeft(purse, { span, budget, cost, now: now() })
        }
        return setAside(purse, spans, cost)
      }
      const unheard = spans.flatMap((span) => {
        const left = leftIn(purse, span, budget) - cost
        return hear(purse.spans[span], left > PLENTY * budget[span]!) ?? []
      })
      if (unheard.length === 0) return pass()
      return Promise.all(unheard).then(pass, (thrown) => {
        throw untold(thrown)
      })
    },
    flush: writer.write,
  }
}

function spansOf({ day, month }: Budget): readonly Span[] {
  if (day === undefined) return month === undefined ? NONE : MONTHS
  return month === undefined ? DAYS : SPANS
}

const NONE: readonly Span[] = []
const DAYS: readonly Span[] = ['day']
const MONTHS: readonly Span[] = ['month']

/** Reads sums that have grown old. A promise where the request must wait for it. */
function createHearing({ state, now, isolated }: BudgetsOptions & { now(): number }) {
  const read = async (spent: Spent): Promise<void> => {
    const { heardAt } = spent
    const item = await state.get(COLLECTION, spent.id)
    // What was added meanwhile gave a newer sum.
    if (spent.heardAt !== heardAt) return
    spent.sum = Number(item?.value ?? 0)
    spent.heardAt = now()
  }
  return (spent: Spent, isPlenty: boolean): Promise<void> | undefined => {
    // Either way: the clock may have been set back meanwhile.
    const age = Math.abs(now() - spent.heardAt)
    if (age <= (isPlenty ? FRESH : FRESH_NEAR)) return undefined
    if (isolated) return read(spent)
    // Asked once for all requests that want to know at the same time.
    spent.hearing ??= read(spent).finally(() => {
      spent.hearing = undefined
    })
    if (age > (isPlenty ? STALE : FRESH_NEAR)) return spent.hearing
    spent.hearing.catch(() => {})
    return undefined
  }
}

/** Writes what was spent, everything of half a second at once. */
function createSpendWriter(
  purses: Purses,
  { state, now, onFailure }: BudgetsOptions & { now(): number },
) {
  let timer: ReturnType<typeof setTimeout> | undefined

  const tell = async (spent: Spent): Promise<void> => {
    const { id, pending, end } = spent
    spent.pending = 0
    spent.flying += pending
    try {
      spent.sum = await state.add(COLLECTION, { id, amount: pending }, end + KEPT)
      spent.heardAt = now()
    } catch (thrown) {
      // It may have been counted all the same; to count it twice is the safer fault.
      spent.pending += pending
      onFailure?.(thrown)
      writeLater()
    } finally {
      spent.flying -= pending
    }
  }
  const write = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    await Promise.all(purses.pending().map(tell))
    purses.forget(10 * STALE)
  }
  const writeLater = () => {
    timer ??= setTimeout(() => void write(), DELAY)
  }
  return { write, writeLater }
}

const leftIn = ({ spans, held }: Purse, span: Span, budget: Budget) =>
  budget[span]! - spans[span].sum - spans[span].pending - spans[span].flying - held

interface Wanted {
  span: Span
  budget: Budget
  cost: number
  now: number
}

const LACKING = { reason: 'insufficient_quota', lacking: 'budget' }

/** No tomorrow has room for what is dearer than the whole budget. */
function requireEnough(whole: number, span: Span, cost: number): void {
  if (cost <= whole) return
  const message = `This request may cost $${cost.toPrecision(2)}, more than this key's whole budget of $${whole} a ${span}.`
  throw new GatewayError('quota-exceeded', message, LACKING)
}

function requireLeft(purse: Purse, { span, budget, cost, now }: Wanted): void {
  const left = leftIn(purse, span, budget)
  if (left > 0 && cost <= left) return
  const amount = `$${budget[span]} a ${span}`
  const message =
    left <= 0
      ? `The budget of this key, ${amount}, is spent.`
      : `This request may cost $${cost.toPrecision(2)}; $${left.toPrecision(2)} is left of this key's budget of ${amount}.`
  throw new GatewayError('quota-exceeded', message, {
    ...LACKING,
    retryAfter: Math.ceil((purse.spans[span].end - now) / 1000),
  })
}

/** Nobody spends because nobody can count. */
const untold = (cause: unknown) =>
  new GatewayError('overloaded', 'What this key has spent cannot be told. Retry later.', {
    retryAfter: 1,
    cause,
  })
