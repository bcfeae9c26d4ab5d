import type { Budget } from '../../ports/caller.ts'

export type Span = keyof Budget
export const SPANS: readonly Span[] = ['day', 'month']

/** What a key spent in one day or month, in US dollars. Times in Unix milliseconds. */
export interface Spent {
  id: string
  /** By all instances, when we last heard. */
  sum: number
  heardAt: number
  /** By us since then, and what of it is being told. */
  pending: number
  flying: number
  begin: number
  end: number
  /** Present while the sum is being read. */
  hearing?: Promise<void>
}

export interface Purse {
  keyId: string
  spans: Record<Span, Spent>
  /** Set aside for what runs. */
  held: number
}

export interface Purses {
  /** With the day and the month it is. */
  of(keyId: string): Purse
  /** What is to be written, also of other days. */
  pending(): Spent[]
  /** Lets go of purses nobody has used for so many milliseconds. */
  forget(idle: number): void
}

export function createPurses(now: () => number): Purses {
  const purses = new Map<string, Purse>()
  let over: Spent[] = []
  return {
    of(keyId) {
      const time = now()
      const purse = purses.get(keyId) ?? {
        keyId,
        spans: { day: spentIn('day', keyId, time), month: spentIn('month', keyId, time) },
        held: 0,
      }
      purses.set(keyId, purse)
      for (const span of SPANS) {
        const spent = purse.spans[span]
        // Before it, where the clock was set back.
        if (spent.begin <= time && time < spent.end) continue
        over.push(spent)
        purse.spans[span] = spentIn(span, keyId, time)
      }
      return purse
    },
    pending() {
      over = over.filter((spent) => spent.pending + spent.flying > 0)
      const current = [...purses.values()].flatMap(({ spans }) => [spans.day, spans.month])
      return [...over, ...current].filter((spent) => spent.pending > 0)
    },
    forget(idle) {
      const before = now() - idle
      for (const [keyId, { held, spans }] of purses) {
        const isIdle = SPANS.every(
          (span) =>
            spans[span].pending + spans[span].flying === 0 &&
            spans[span].heardAt < before &&
            spans[span].hearing === undefined,
        )
        // Sums of floats seldom come back to nothing exactly.
        if (isIdle && held < 1e-9) purses.delete(keyId)
      }
    },
  }
}

function spentIn(span: Span, keyId: string, now: number): Spent {
  const date = new Date(now)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const isDay = span === 'day'
  const name = date.toISOString().slice(0, isDay ? 10 : 7)
  return {
    id: `${encodeURIComponent(keyId)}/${name}`,
    sum: 0,
    heardAt: Number.NEGATIVE_INFINITY,
    pending: 0,
    flying: 0,
    begin: Date.UTC(year, month, isDay ? day : 1),
    end: isDay ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1),
  }
}
