import type { FrameSource } from '../codecs/streams/pump.ts'
import type { Guardrail } from '../conversation/conversation.ts'
import type { StopReason, Usage } from '../conversation/events.ts'
import type { AnswerHead, Dialect, ServerSide } from '../dialects/dialect.ts'
import type { GatewayError } from '../errors.ts'
import type { Attempt } from '../ports/call.ts'
import type { AwsIdentity } from '../ports/caller.ts'
import type { ModelCard } from '../ports/models.ts'
import type { ResolvedBy } from './names/resolve-model.ts'

/** What is asked of models, for meters and limits. */
export type Operation =
  | 'chat'
  | 'completion'
  | 'embedding'
  | 'rerank'
  | 'image'
  | 'speech'
  | 'transcription'

/** What a caller is about to have done, told when the model is known and before it is asked. */
export interface Wish {
  operation: Operation
  /** The name the caller wrote. */
  model: string
  card: ModelCard
  /** About how many tokens it will cost in all, counted when somebody wants to know. */
  tokens(): number
  /** How many of them are read; all of them when absent. */
  input?(): number
  /** What will be billed beside tokens, as far as it is known: pictures, characters. */
  units?: Partial<Usage>
}

/** Who asks, as every operation knows it. */
export interface Asking {
  requestId: string
  /** Whose stored things the request may name. */
  owner: string
  /** As whom AWS is asked for this caller, where it is not as ourselves. */
  as?: AwsIdentity
  /** By which key or principal the caller is known; absent where nobody needs one. */
  keyId?: string
  /** The operator's words about this caller, for AWS's books. */
  tags?: Readonly<Record<string, string>>
  /** As that of a `Call`. */
  trace?: Readonly<Record<string, string>>
  /** The guardrail the caller has chosen, for requests that have no other place for it. */
  guardrail?: Guardrail
  /** Told of the record as soon as the model is known, for whoever wants to know of failures as well. */
  begun?(record: ExchangeRecord): void
  /** Calls back when the caller leaves; perhaps also when the answer is out. */
  onLeft?(leave: () => void): void
  /** Lets the wish pass or throws: `permission` for the model, `rate-limit` or `quota-exceeded`. */
  admit?(wish: Wish): void | Promise<void>
  /** Throws `permission` for a model the caller may not ask; for what costs nothing and so is not admitted. */
  permit?(wish: Pick<Wish, 'model' | 'card'>): void
  /** Whether the caller may use a model by a name: no error names one they may not. */
  mayUse?(card: ModelCard, name: string): boolean
}

/** A request as a route hands it over: validated, in a dialect, from a caller. */
export interface Heard extends Asking {
  dialect: Dialect & { server: ServerSide }
  /** What the dialect's schema let through. */
  body: unknown
  /** The id of the answer, where the caller has been told it before. */
  id?: string
  /** Another operation than `chat`, where the dialect serves one. */
  operation?: Operation
  /** Answers in another dialect than the one heard. */
  answerIn?: Dialect & { server: ServerSide }
  /** Streams in the binary form of the dialect that answers, where it has one. */
  binary?: boolean
  /** A request header by lower-case name, for what a dialect or a model's settings read from them. */
  header?(name: string): string | undefined
  /**
   * Keeps the answer where the conversation asks for that (`store`). Called once, with an answer that is
   * complete, before its end is told to the caller: whoever has read the end can ask for what is kept.
   */
  keep?(answered: Answered): Promise<void>
  /**
   * Keeps what there was of a streamed answer that would have been kept, but broke off or lost its reader.
   * Nobody waits for it.
   */
  keepBroken?(answered: Answered, why: GatewayError): Promise<void>
  /** The answer is kept whatever the conversation says of it. */
  keeps?: boolean
  /** Is told the words of an answer that comes whole, as the model says them. */
  onText?(text: string): void
}

/** An answer, also when it was streamed. */
export interface Answered {
  head: AnswerHead
  /** Whole, in the dialect of the answer. */
  body: unknown
}

/** What happened in one exchange: filled as it goes, read by the access log and the meters when it ended. */
export interface ExchangeRecord {
  operation: Operation
  /** The name the caller wrote. */
  model: string
  /** The id of the model it led to. */
  modelId?: string
  /** How that name led to a model. */
  resolvedBy?: ResolvedBy
  /** The end user behind the caller, as the caller calls them. */
  user?: string
  /** When the upstream was asked, and when it had answered or begun to; milliseconds of `performance.now`. */
  askedAt?: number
  answeredAt?: number
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
  /** The service tier that served, where it was told. */
  serviceTier?: string
  /** Why an answer that was to be kept is not. */
  notKept?: GatewayError
}

/** What goes back: one body, or frames for the pump. Headers never hold secrets. */
export type Answer =
  | { kind: 'whole'; body: unknown; headers: Record<string, string>; record: ExchangeRecord }
  | {
      kind: 'stream'
      frames: FrameSource
      /** Every character of the frames is one byte. */
      binary?: boolean
      headers: Record<string, string>
      record: ExchangeRecord
    }
