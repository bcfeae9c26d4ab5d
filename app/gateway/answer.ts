import type { FrameSource } from '../codecs/pump.ts'
import type { StopReason, Usage } from '../conversation/events.ts'
import type { Dialect, ServerSide } from '../dialects/dialect.ts'

/** A request as a route hands it over: validated, in a dialect, from a caller. */
export interface Heard {
  dialect: Dialect & { server: ServerSide }
  /** What the dialect's schema let through. */
  body: unknown
  requestId: string
  /** Whose stored things the request may name. */
  owner: string
  /** Fires when the caller leaves. */
  signal?: AbortSignal
  /** Answers in another dialect than the one heard. */
  answerIn?: Dialect & { server: ServerSide }
  /** A request header by lower-case name, for what a dialect or a model's settings read from them. */
  header?(name: string): string | undefined
}

/** What happened in one exchange: filled as it goes, read by the access log and the meters when it ended. */
export interface ExchangeRecord {
  /** The name the caller wrote. */
  model: string
  stream: boolean
  provider?: string
  /** The id that was really asked. */
  servedModel?: string
  region?: string
  attempts?: number
  /** The caller's names of parameters that had no effect. */
  ignored?: string[]
  usage?: Usage
  stop?: StopReason
}

/** What goes back: one body, or frames for the pump. Headers never hold secrets. */
export type Answer =
  | { kind: 'whole'; body: unknown; headers: Record<string, string>; record: ExchangeRecord }
  | { kind: 'stream'; frames: FrameSource; headers: Record<string, string>; record: ExchangeRecord }
