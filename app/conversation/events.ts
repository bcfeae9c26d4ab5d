import type {
  Citation,
  Extras,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from './conversation.ts'
import type { KnowledgeReport } from './knowledge.ts'

/** Why a reply ended. `error` endings do not exist: those are thrown. */
export type StopReason =
  | 'end-turn'
  | 'stop-sequence'
  | 'max-tokens'
  | 'tool-use'
  | 'refusal'
  | 'content-filter'
  | 'context-window'
  | 'pause'

/** Tokens. `input` leaves out what the cache read or wrote, as Bedrock and Anthropic count. */
export interface Usage {
  input: number
  output: number
  cacheRead?: number
  cacheWrite?: number
  /** Cache writes by time to live. */
  cacheWriteByTtl?: { ttl: string; tokens: number }[]
  /** Part of `output`. */
  reasoning?: number
  /** Counted by us because the upstream did not say. */
  estimated?: boolean
  /** Pictures that were drawn. */
  images?: number
  /** Seconds of audio heard or spoken. */
  audioSeconds?: number
  /** Characters that were spoken or translated. */
  characters?: number
  /** Searches a reranker bills. */
  searches?: number
}

interface TextHead {
  type: 'text'
}
interface ReasoningHead {
  type: 'reasoning'
}
export interface ToolCallHead {
  type: 'tool-call'
  id: string
  name: string
  server?: string
  /** Fields of the model's own dialect with no common meaning. */
  extras?: Extras
}
/** A part that arrives whole: a server tool's result, an image, a native block. */
interface WholeHead {
  type: 'whole'
  part: WholePart
}
export type WholePart = Exclude<Part, TextPart | ReasoningPart | ToolCallPart>
export type PartHead = TextHead | ReasoningHead | ToolCallHead | WholeHead

/** What every model says, whoever it is. Order: reply-start, parts, reply-end. Parts may interleave. */
export type ReplyEvent =
  | {
      type: 'reply-start'
      id?: string
      model?: string
      usage?: Partial<Usage>
      /** By dialect: what was said at the start with no common meaning. */
      extras?: Extras
    }
  | { type: 'part-start'; index: number; part: PartHead }
  /**
   * More text, more thought, or more of a call's JSON arguments; behind a whole audio part more of its bytes,
   * in base64 that may be joined to what came before.
   */
  | { type: 'part-delta'; index: number; text: string }
  | { type: 'part-citation'; index: number; citation: Citation }
  | { type: 'part-end'; index: number; signature?: string; redacted?: string }
  | ReplyEnd

/** Events that came in one read of the network. */
export interface ReplyBatch extends Array<ReplyEvent> {
  /**
   * The parts and the end among these events as the dialect they came in wrote them, for that dialect's own
   * encoder, which need not write them anew. Whoever changes a batch makes a new list, without it.
   */
  verbatim?: { dialect: string; text: string }
}

export interface ReplyEnd {
  type: 'reply-end'
  reason: StopReason
  /** The stop sequence that ended it, where the model says. */
  stopSequence?: string
  usage: Usage
  /** The service tier that served. */
  serviceTier?: string
  /** The latency that served, of Bedrock's two. */
  latency?: string
  /** What became of a guardrail: whether it stepped in and, where asked for, what it found, in its maker's words. */
  guardrail?: { intervened: boolean; trace?: unknown }
  /** The knowledge base that was asked, where one was. */
  knowledge?: KnowledgeReport
  /** By dialect: traces and other things with no common meaning. */
  extras?: Extras
}

/** One whole reply. */
export interface Reply {
  id?: string
  model?: string
  parts: Part[]
  end: Omit<ReplyEnd, 'type'>
  /** The reply as the dialect it came in wrote it. It holds for these very parts and this end, not for others. */
  verbatim?: { dialect: string; body: unknown; parts: Part[]; end: Omit<ReplyEnd, 'type'> }
}
