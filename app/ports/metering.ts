import type { Usage } from '../conversation/events.ts'
import type { Budget, CallerIdentity, CallerLimits } from './caller.ts'
import type { ModelCard } from './models.ts'

/** Where a limit stands. */
export interface Standing {
  limit: number
  remaining: number
  /** Unix milliseconds at which all of it is there again. */
  reset: number
}

/** One request that was let in. */
export interface Ticket {
  /** Reserves what it will about cost; counted only where tokens are bounded. Throws or rejects as `enter`. */
  reserve(wish: { tokens(): number }): void | Promise<void>
  /** It has ended, having cost so many tokens. Called once. */
  leave(tokens: number): void
}

/** Holds keys to their limits, together with all instances that share the state store. */
export interface Limiter {
  /**
   * Lets a request in or throws, or rejects: `rate-limit` with `retryAfter`, `overloaded` when more is
   * needed than is held here and the store cannot be asked. Undefined for a caller without limits.
   */
  enter(caller: CallerIdentity): Ticket | undefined | Promise<Ticket>
  /** The limits this caller is held to: its own, else those of everybody. */
  limits(caller: CallerIdentity): CallerLimits
  /** Undefined for what is without limit. */
  standing(caller: CallerIdentity, kind: 'requests' | 'tokens'): Standing | undefined
  /** Gives back what is held and not in use. Never rejects. */
  flush(): Promise<void>
}

/** Money set aside for one request. */
export interface Hold {
  /** What it really cost, in US dollars. Called once. */
  settle(cost: number): void
}

/** Keeps keys within what they may spend, together with all instances that share the state store. */
export interface Budgets {
  /** Whether anything bounds what this caller spends. */
  bounds(caller: CallerIdentity): boolean
  /** The budget this caller is kept within: its own, else that of everybody. */
  budget(caller: CallerIdentity): Budget
  /** What of it is spent, as far as it is written down; only where there is a bound. Rejects when nobody can tell. */
  spent(caller: CallerIdentity): Promise<Budget>
  /**
   * Sets money aside, or throws or rejects: `quota-exceeded` with `retryAfter`, `overloaded` when nobody
   * can tell what was spent.
   */
  hold(caller: CallerIdentity, cost: number): Hold | Promise<Hold>
  /** Resolves when everything spent so far is written, or could not be. Never rejects. */
  flush(): Promise<void>
}

/** What usage is told apart by; empty where it is unknown. */
export interface UsageDimensions {
  operation: string
  model: string
  region: string
  tier: string
}

/** One request to a model that has ended. */
export interface UsageEvent {
  dimensions: UsageDimensions
  usage?: Usage
  /** US dollars; undefined where no price is known. */
  cost?: number
  failed: boolean
  /** The caller left before the end. */
  aborted: boolean
  milliseconds: number
  /** Milliseconds; of a stream that began. */
  firstTokenAfter?: number
}

/** Counts what callers use and writes it down within a second. */
export interface UsageBook {
  note(caller: CallerIdentity, event: UsageEvent): void
  /** Requests whose usage is not written yet. */
  waiting(): number
  /** Resolves when everything noted so far is written, or could not be. Never rejects. */
  flush(): Promise<void>
}

/** What is known of who answers: the card before the answer, the rest after it. */
export interface Priced {
  card?: ModelCard
  /** The id that was really asked: a profile's, an ARN. */
  served?: string
  region?: string
}

export interface Prices {
  /** The price of a bill in US dollars; undefined where none is known for the model. */
  cost(priced: Priced, usage: Usage, tier?: string): number | undefined
}

/** Everything that counts. */
export interface Metering {
  limiter: Limiter
  budgets: Budgets
  prices: Prices
  /** Absent where usage is not written down. */
  usage?: UsageBook
  /** Resolves when nothing is left that would be lost with the process. Never rejects. */
  flush(): Promise<void>
}
