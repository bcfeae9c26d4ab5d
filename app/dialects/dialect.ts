import type { Conversation, Settings } from '../conversation/conversation.ts'
import type { Reply, ReplyBatch, ReplyEvent } from '../conversation/events.ts'
import type { ErrorCode, GatewayError } from '../errors.ts'
import type { Standing } from '../ports/metering.ts'
import type { ModelCard } from '../ports/models.ts'
import type { ValidationWords } from './validation.ts'

/** What an answer is called on the outside: fixed before the first byte, the same in every frame. */
export interface AnswerHead {
  /** Our id for the answer, in the dialect's own form (`chatcmpl-...`). */
  id: string
  /** Unix time in seconds. */
  created: number
  /** The model name the caller shall read. */
  model: string
  /** Of the request that is answered, for errors in mid-stream. */
  requestId?: string
  /** Unix time in seconds at the moment it is asked, for answers that tell when they were complete. */
  now?(): number
}

/**
 * Events in, SSE text out: a synchronous state machine over batches. Calls come in stream order;
 * after `end` or `fail` none follows.
 */
export interface ReplyEncoder {
  /** One batch of one choice's events. May return the empty string. */
  write(events: ReplyBatch, choice?: number): string
  /** After every choice's `reply-end`: the frames that close the stream well. */
  end(): string
  /** The frames that say the stream broke; nothing may follow. */
  fail(error: GatewayError): string
  /** What keeps a silent connection open. */
  readonly keepAlive: string
}

/** As `ReplyEncoder`, for a dialect whose streams are not text (AWS event streams). */
export interface ByteReplyEncoder {
  write(events: ReplyBatch, choice?: number): Uint8Array
  end(): Uint8Array
  fail(error: GatewayError): Uint8Array
}

/** Bytes of one network read in, events out. Throws a `GatewayError` on damage or an upstream's error frame. */
export interface ReplyDecoder {
  read(bytes: Uint8Array): ReplyBatch
  /** What the next call will throw: what broke behind the events of the last one. Absent where nothing is held back. */
  failure?(): unknown
  /** The upstream closed. Throws `stream-incomplete` unless the reply had really ended. */
  end(): ReplyEvent[]
}

/** Where a caller's limits stand; absent where there is none. */
export interface LimitStandings {
  /** Unix milliseconds. */
  now: number
  requests?: Standing
  tokens?: Standing
}

/** What a request says, in our words: a setting, what guards or labels it, a thought, a result or a cache point of its history. */
export type SaidName =
  | keyof Settings
  | 'guardrail'
  | 'user'
  | 'metadata'
  | 'thought'
  | 'toolResult'
  | 'cacheControl'

/** Hears requests and answers them. Every function is pure. */
export interface ServerSide {
  /** `body` is what the dialect's zod schema let through. Throws `GatewayError` naming the field. */
  decodeRequest(body: unknown): Conversation
  /**
   * A conversation heard in another dialect, as an answer in this one can serve it: what such an answer has
   * no room for is not asked for and named in `ignored`. Throws `GatewayError` for what makes the request.
   */
  answerable?(conversation: Conversation): Conversation
  /** One reply per choice. */
  encodeReply(replies: Reply[], conversation: Conversation, head: AnswerHead): unknown
  replyEncoder(conversation: Conversation, head: AnswerHead): ReplyEncoder
  /** The dialect's own binary stream, where it has one; `replyEncoder` is then its SSE rendering. */
  byteReplyEncoder?(conversation: Conversation, head: AnswerHead): ByteReplyEncoder
  /** The body of an error answer. */
  encodeError(error: GatewayError, requestId: string): unknown
  /** HTTP statuses by which the vendor tells an error otherwise than `STATUS`: Anthropic's 529. */
  errorStatus?: Partial<Record<ErrorCode, number>>
  /** The same where more than the code decides. */
  errorStatusOf?(error: GatewayError): number | undefined
  /** Headers by which the vendor tells an error beside its body. */
  errorHeaders?(error: GatewayError): Record<string, string>
  /** Headers by which the vendor tells where a caller's limits stand. */
  limitHeaders?(limits: LimitStandings): Record<string, string>
  /** The header by which the vendor's clients learn a request's id, where it is not `x-request-id`. */
  requestIdHeader?: string
  /** How a refused body is worded, for `validationError`; OpenAI's words when absent. */
  validationWords?: ValidationWords
  /** The caller's name of the conversation, in errors about all of it; `messages` when absent. */
  conversationName?: string
  /** The caller's name of the schema an answer must have, which upstreams call `output.schema` in errors about it. */
  formName?: string
  /** The prefix of answer ids, where the dialect has one: `chatcmpl-`. */
  idPrefix: string
  /** The caller's name of a setting, for `x-outcrop-ignored-params`; snake case of the key when absent. */
  settingNames?: Partial<Record<SaidName, string>>
  /** The names this caller had for what may be called by several; they win over `settingNames`. */
  ownNames?(conversation: Conversation): Readonly<Record<string, string>>
}

/** What an upstream shall be sent, and which settings it could not carry. */
export interface EncodedRequest {
  body: unknown
  /** In our words: keys of `Settings`, or a path as the caller wrote it. */
  ignored: string[]
  /** For `decodeReply` and `replyDecoder`, which read it; everybody else only carries it. */
  undo?: Undo
}

/** How to undo in the reply what the request had to change. Absent members changed nothing. */
export interface Undo {
  /** Tool names on the wire -> the caller's. */
  toolNames?: ReadonlyMap<string, string>
  /** Tools (names on the wire) whose arguments the wire wraps into `{"value": ...}`. */
  wrappedTools?: ReadonlySet<string>
  /** Nothing: the caller speaks the upstream's dialect, and what comes goes on as it comes. */
  verbatim?: boolean
  /** The hidden tool (name on the wire) whose arguments are the answer's text. */
  outputTool?: string
  /** A usage report was asked for that the caller does not want to see. */
  usage?: boolean
  /** The upstream was asked to put the prompt before its answer. */
  echoed?: boolean
  /** The `stop` of an answer with calls is not to be believed: none was forced by name. */
  endsInCalls?: boolean
}

/** Asks an upstream that speaks the dialect. Every function is pure. */
export interface ClientSide {
  encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest
  decodeReply(body: unknown, undo?: Undo): Reply
  replyDecoder(undo?: Undo): ReplyDecoder
}

export interface Dialect {
  name: string
  server?: ServerSide
  client?: ClientSide
}
