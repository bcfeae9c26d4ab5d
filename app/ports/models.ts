import type { Conversation } from '../conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../conversation/events.ts'

export type Modality =
  | 'text'
  | 'image'
  | 'document'
  | 'audio'
  | 'video'
  | 'embedding'
  | 'reranking'

/** What is known of a model: enough to list it, and to ask it only for what it can do. */
export interface ModelCard {
  /** The id callers may use and upstreams understand. */
  id: string
  name?: string
  /** Who serves it: the provider's name (`embedded`). */
  provider: string
  /** Who made it; OpenAI's `owned_by`. */
  owner: string
  /** Unix seconds; 0 when unknown. */
  created: number
  input: Modality[]
  output: Modality[]
  streaming: boolean
  tools?: boolean
  /** Tokens. */
  contextWindow?: number
  maxOutput?: number
  /** What the model takes, by the provider's own family tables; dialects on the client side read it. */
  traits: ModelTraits
  /** Additive members for the listing: regions, profiles, lifecycle. */
  listing?: Record<string, unknown>
}

/** Which knobs a model honours. Absent means yes for booleans, unlimited for numbers. */
export interface ModelTraits {
  /** Settings the model refuses; they are dropped visibly. */
  unsupported?: readonly string[]
  systemPrompt?: boolean
  /** Whether the conversation may end with the assistant's words. */
  prefill?: boolean
  tools?: boolean
  /** Which tool choices it takes beside `auto`. */
  toolChoices?: readonly ('required' | 'tool')[]
  /** Forced tool choice together with thinking. */
  forcedToolWithReasoning?: boolean
  temperatureWithTopP?: boolean
  images?: boolean
  documents?: boolean
  video?: boolean
  audio?: boolean
  /** Bytes of one attachment that a request may carry, where they differ from Bedrock's; `false` is no limit. */
  inlineLimits?: Partial<Record<'image' | 'document' | 'video' | 'audio', number>> | false
  /** Which kinds of attachment it reads from S3 by itself. */
  s3?: readonly ('image' | 'document' | 'video' | 'audio')[]
  cachePoints?: { max: number; ttls: readonly ('5m' | '1h')[]; tools: boolean } | false
  serviceTiers?: readonly string[] | false
  latencyOptimized?: boolean
  maxStopSequences?: number
  /** Sent when the caller names no limit; T29. */
  defaultMaxTokens?: number
  maxOutputTokens?: number
  /** Native structured output; unlike its neighbours, absent means no. */
  structuredOutput?: boolean
  /** Whether function tools may be marked `strict`. */
  strictTools?: boolean
  /** Tools the platform runs for this model (`nova_grounding`) or its maker defined (`bash`); absent means any. */
  systemTools?: readonly string[]
  /** The tool among them by which it searches the web; absent means it cannot. */
  webSearch?: string
  /** Whether a guardrail can be applied to its answers; unlike its neighbours, absent means no. */
  guardrails?: boolean
  /** Which attachments a tool result may hold; the others follow it in the user's turn. */
  toolResultMedia?: readonly ('image' | 'document' | 'video')[]
  /** Exact length of tool call ids, which are then alphanumeric. */
  toolCallIdLength?: number
  /** Whether system turns may stand between the others; absent means no, they are folded into the system prompt. */
  systemTurns?: boolean
  /** The name of the way this model is asked to think; the provider's families define them. */
  reasoning?: string
  /**
   * Where settings go that the wire has no common place for: setting -> path of the model's own field
   * (`top_k`, `inferenceConfig.topK`); a leading `!` sends the opposite of a boolean.
   */
  nativeSettings?: Readonly<Record<string, string>>
  /** Whether unknown request fields may be passed on to it. */
  extraFields?: boolean
}

/** What accompanies one call to a model. */
export interface Call {
  requestId: string
  /** Fires when the caller leaves or a deadline passes. */
  signal: AbortSignal
}

/** Who answered; shown in headers and in the log. */
export interface Served {
  provider: string
  /** The id that was really asked: profile, ARN. */
  model: string
  region?: string
  attempts: number
  /** Settings that could not be honoured: keys of `Settings`, or the caller's own names. */
  ignored: string[]
}

/** Events in batches, one upstream read each. `undefined` after the last. Throws `GatewayError`. */
export interface ReplyStream {
  read(): Promise<ReplyEvent[] | undefined>
  /** Stops the upstream at once; `read` then never resolves with events. Harmless when it has ended. */
  cancel(): void
}

export interface ChatModel {
  reply(conversation: Conversation, call: Call): Promise<{ reply: Reply; served: Served }>
  /** Resolves when the upstream has accepted and begun: until then an error is still an HTTP error. */
  stream(conversation: Conversation, call: Call): Promise<{ events: ReplyStream; served: Served }>
}

export interface FoundModel {
  card: ModelCard
  chat?: ChatModel
}

/** Somebody to call. */
export interface Provider {
  name: string
  list(): Promise<ModelCard[]>
  /** The model of exactly this name, or undefined. Must not need the catalogue for an id it can call. */
  find(name: string): Promise<FoundModel | undefined> | FoundModel | undefined
}
