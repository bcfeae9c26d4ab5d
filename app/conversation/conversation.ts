/**
 * The waist of the house: one conversation with a model, in no vendor's words. Dialects write and
 * read it, providers answer it; it knows neither.
 */

import type { GroundedSpan, Grounding, KnowledgeWish } from './knowledge.ts'

/** Where the bytes of an attachment are. Base64 stays text: most wires carry it as it is. */
export type MediaSource =
  | { kind: 'base64'; data: string }
  | { kind: 'url'; url: string }
  | { kind: 's3'; uri: string; bucketOwner?: string }
  | { kind: 'file'; id: string }
  | { kind: 'text'; text: string }

export interface TextPart {
  type: 'text'
  text: string
  citations?: Citation[]
  /** Fields of the caller's dialect with no common meaning, written back by the same dialect. */
  extras?: Extras
}

interface RefusalPart {
  type: 'refusal'
  text: string
}

/** `mediaType` is a claim until `gateway/resolve-media` has looked at the bytes. */
export interface MediaPart {
  type: 'image' | 'document' | 'audio' | 'video'
  source: MediaSource
  mediaType?: string
  /** The caller's file name, unsanitised. */
  name?: string
  /** The caller's hint how closely to look: OpenAI's `detail`. */
  detail?: string
  /** Documents: whether the model shall cite it, and what it is about. */
  citations?: boolean
  context?: string
  /** Where it stands in the caller's request, to name it in an error. */
  param?: string
  /** A file of text is read as if its words stood here; `unless-read`: only for models that read no documents. */
  asText?: 'always' | 'unless-read'
  extras?: Extras
}

/** Thought by the model. `signature` and `redacted` are opaque and go back unchanged. */
export interface ReasoningPart {
  type: 'reasoning'
  text: string
  signature?: string
  /** Base64 of an encrypted block; then `text` is empty. */
  redacted?: string
  extras?: Extras
}

/** `arguments` is the JSON text as the model or the caller wrote it, possibly invalid. */
export interface ToolCallPart {
  type: 'tool-call'
  id: string
  name: string
  arguments: string
  /** Set when the model's own platform runs the tool: the wire's kind of it (`server_tool_use`). */
  server?: string
  extras?: Extras
}

export interface ToolResultPart {
  type: 'tool-result'
  callId: string
  content: Part[]
  isError?: boolean
  /** Set when the model's own platform ran the tool. */
  server?: string
  extras?: Extras
}

/** Everything before this point may be cached upstream. */
export interface CachePointPart {
  type: 'cache-point'
  ttl?: '5m' | '1h'
}

/** What only one dialect understands: that dialect writes it back verbatim, others leave it out visibly. */
export interface NativePart {
  type: 'native'
  dialect: string
  value: unknown
}

export type Part =
  | TextPart
  | RefusalPart
  | MediaPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | CachePointPart
  | NativePart

/** `system` turns stand where the caller put them; a leading run of them lives in `Conversation.system`. */
export interface Turn {
  role: 'user' | 'assistant' | 'system'
  parts: Part[]
  name?: string
  /** Where it stands in the caller's request, to name it in an error. */
  param?: string
  /** Fields of the caller's dialect with no common meaning, written back by the same dialect. */
  extras?: Extras
}

export type JsonSchema = Record<string, unknown>

/** A function the caller runs. */
export interface FunctionTool {
  type: 'function'
  name: string
  description?: string
  /** Absent when the caller gave none. */
  schema?: JsonSchema
  strict?: boolean
  /** A cache point stands behind this tool. */
  cachePoint?: CachePointPart
  extras?: Extras
}

/** A tool the platform or the model's vendor defines; `name` is the vendor's (`nova_grounding`, `bash`). */
export interface SystemTool {
  type: 'system'
  /** The vendor's versioned type where it has one: `bash_20250124`. */
  kind?: string
  name: string
  settings?: Record<string, unknown>
  /** What it is for: where a platform does the same by a tool of another name, that one may stand in for it. */
  purpose?: 'web-search' | 'code-execution'
  /** The caller can do without: a model that lacks it is asked all the same, and `param` is named as ignored. */
  optional?: boolean
  /** The caller's own words for it (`tools.code_interpreter`). */
  param?: string
}

export type Tool = FunctionTool | SystemTool

export type ToolChoice =
  | { type: 'auto' }
  | { type: 'none' }
  | { type: 'required' }
  | { type: 'tool'; name: string }

/** Knobs that only tune an answer. A model that lacks one drops it visibly. */
export interface Settings {
  maxTokens?: number
  temperature?: number
  topP?: number
  topK?: number
  /** Cleaned of blanks by the decoder. */
  stop?: string[]
  seed?: number
  frequencyPenalty?: number
  presencePenalty?: number
  logitBias?: Record<string, number>
  logprobs?: boolean
  topLogprobs?: number
  parallelToolCalls?: boolean
  serviceTier?: string
  /** Bedrock's latency-optimised inference. */
  latency?: 'standard' | 'optimized'
  verbosity?: string
  prediction?: unknown
  /**
   * Prompt caching asked for by a key or retention rather than by cache points; `param` as for reasoning.
   * `explicit`: the caller places all cache points. `atEnd`: the end of the request is one, also beside those.
   */
  promptCache?: { key?: string; ttl?: '5m' | '1h'; param?: string; explicit?: true; atEnd?: true }
}

/** The form of the answer. `text` is the default and may be left out. */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json-object' }
  | {
      type: 'json-schema'
      name?: string
      description?: string
      schema: JsonSchema
      strict?: boolean
    }

/** How much the model shall think. One of the members is set; families map it to their own terms. */
export interface ReasoningRequest {
  effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** The effort is for thought that comes anyway, and asks for none. */
  gradesOnly?: boolean
  /** In tokens. */
  budget?: number
  /** `false` switches thinking off, `true` on at the model's default. */
  enabled?: boolean
  /** The model decides when and how long. */
  adaptive?: boolean
  /** Whether thoughts are shown, in the caller's terms (`summarized`, `omitted`). */
  display?: string
  /** The caller's own words for it (`reasoning_effort`), to name it when it is ignored. */
  param?: string
}

/** A Bedrock guardrail asked for by this request. */
export interface Guardrail {
  id: string
  version: string
  trace?: 'disabled' | 'enabled' | 'enabled_full'
  streamMode?: 'sync' | 'async'
}

export interface Conversation {
  /** The name the caller wrote. */
  model: string
  /** An explicit upstream id that wins over `model`. */
  upstreamModel?: string
  /** Narrows alias resolution: `anthropic`, `amazon`, ... */
  modelProvider?: string
  system: Part[]
  turns: Turn[]
  /** Further conversations that differ in their turns alone; each is answered by itself, after this one. */
  batch?: Turn[][]
  tools: Tool[]
  toolChoice?: ToolChoice
  settings: Settings
  output?: OutputFormat
  reasoning?: ReasoningRequest
  /** Nobody asks the model to think; what it thinks all the same is to be seen. */
  showsThoughts?: true
  /** Beyond text: the caller wants the answer spoken as well. */
  audio?: { voice: string; format: string }
  guardrail?: Guardrail
  /** The model may search the web for its answer. */
  webSearch?: WebSearch
  /** The caller wants the exchange kept, to retrieve it later. */
  store?: boolean
  /** What is too long for the model loses its oldest turns, instead of being refused. */
  truncate?: boolean
  /** Replies wanted; one when absent. */
  choices?: number
  stream: boolean
  /** Whether a stream ends with a usage report. Whole replies always carry one. */
  streamUsage?: boolean
  /** Stored files whose content shall stand in front of the conversation. */
  fileIds?: string[]
  /** A knowledge base to be asked before the model. */
  knowledge?: KnowledgeWish
  /** What it knew. */
  grounding?: Grounding
  /** The end user behind the caller. */
  user?: string
  /** The caller's own labels. */
  metadata?: Record<string, string>
  /** The gateway's labels, for the upstream's own log: which request of which server this is. */
  labels?: Record<string, string>
  /** Unknown top-level fields of the request, for models that know them. */
  extraFields?: Record<string, unknown>
  /** They stood where the caller's dialect has a place for them: whatever they are called, they are meant for the model. */
  fieldsForModel?: boolean
  /** Per dialect, what has no common meaning. */
  extras?: Extras
  /** Parameters accepted without effect, in the caller's words; shown in `x-outcrop-ignored-params`. */
  ignored?: string[]
  /**
   * Parameters that ride in `extras` and that no other dialect can say, in the caller's words: whoever
   * asks an upstream in another dialect names them as ignored.
   */
  dialectOnly?: string[]
}

/** What a web search shall know about the caller, and how much it may bring back. */
export interface WebSearch {
  contextSize?: 'low' | 'medium' | 'high'
  location?: { country?: string; region?: string; city?: string; timezone?: string }
  /** As of a system tool. */
  optional?: boolean
  /** The caller's own words for it; `web_search_options` when absent. */
  param?: string
  /** The caller's choice of tools names it. */
  forced?: boolean
}

/** By dialect name: fields only that dialect understands. */
export type Extras = Record<string, Record<string, unknown>>

/** What a text rests on. Offsets and quotes as far as the model gives them. */
export interface Citation {
  title?: string
  url?: string
  /** The cited passage. */
  quote?: string
  /** The model's own form of the location, by its dialect's words. */
  location?: Record<string, unknown>
  source?: string
  /** Where it is a knowledge base that is cited. */
  span?: GroundedSpan
}
