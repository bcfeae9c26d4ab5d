import type { FrameSource } from '../codecs/pump.ts'
import type { StopReason, Usage } from '../conversation/events.ts'
import type { AnswerHead, Dialect, ServerSide } from '../dialects/dialect.ts'
import type { GatewayError } from '../errors.ts'
import type { Attempt } from '../ports/models.ts'
import type { ResolvedBy } from './resolve-model.ts'

/** A request as a route hands it over: validated, in a dialect, from a caller. */
export interface Heard {
  dialect: Dialect & { server: ServerSide }
  /** What the dialect's schema let through. */
  body: unknown
  requestId: string
  /** Whose stored things the request may name. */
  owner: string
  /** Calls back when the caller leaves; perhaps also when the answer is out. */
  onLeft?(leave: () => void): void
  /** Answers in another dialect than the one heard. */
  answerIn?: Dialect & { server: ServerSide }
  /** A request header by lower-case name, for what a dialect or a model's settings read from them. */
  header?(name: string): string | undefined
  /**
   * Keeps the answer where the conversation asks for that (`store`). Called once, with an answer that is
   * complete, before its end is told to the caller; who has read the end can ask for what is kept.
   */
  keep?(answered: Answered): Promise<void>
  /** The answer is kept whatever the conversation says of it. */
  keeps?: boolean
}

/** A complete answer, also when it was streamed. */
export interface Answered {
  head: AnswerHead
  /** Whole, in the dialect of the answer. */
  body: unknown
}

/** What happened in one exchange: filled as it goes, read by the access log and the meters when it ended. */
export interface ExchangeRecord {
  /** The name the caller wrote. */
  model: string
  /** How that name led to a model. */
  resolvedBy?: ResolvedBy
  stream: boolean
  provider?: string
  /** The id that was really asked. */
  servedModel?: string
  region?: string
  attempts?: number
  /** Every place that was asked, where there was more than one. */
  tried?: readonly Attempt[]
  /** The caller's names of parameters that had no effect. */
  ignored?: string[]
  usage?: Usage
  stop?: StopReason
  /** Why an answer that was to be kept is not. */
  notKept?: GatewayError
}

/** What goes back: one body, or frames for the pump. Headers never hold secrets. */
export type Answer =
  | { kind: 'whole'; body: unknown; headers: Record<string, string>; record: ExchangeRecord }
  | { kind: 'stream'; frames: FrameSource; headers: Record<string, string>; record: ExchangeRecord }
