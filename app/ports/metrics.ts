import type { Usage } from '../conversation/events.ts'

/** One question to an upstream and how it ended: `answered`, or the code of the error. */
export interface AttemptFact {
  provider: string
  region: string
  outcome: string
}

/** What is counted of one request that has ended. Empty texts stand for what is unknown. Times in seconds. */
export interface RequestFacts {
  surface: string
  operation: string
  status: number
  outcome: string
  seconds: number
  /** Of requests to a model that was found. */
  model?: string
  provider?: string
  /** Until the upstream had answered, or begun to. */
  upstreamSeconds?: number
  /** Until the first text of a stream. */
  firstTokenSeconds?: number
  stream?: boolean
  usage?: Usage
  attempts?: readonly AttemptFact[]
  /** What there was not enough of: `requests`, `tokens`, `slots`, `budget`, `upstream`. */
  lacking?: string
}

/** Counts what happens, for whoever looks from time to time. */
export interface Metrics {
  opened(): void
  streaming(): void
  /** A request has ended; `streamed` where `streaming` was told of it. */
  closed(facts: RequestFacts, streamed: boolean): void
  /** Everything counted so far, in Prometheus's text format 0.0.4. */
  text(): string
}
