/**
 * The wire of Converse and ConverseStream, after the service model of bedrock-runtime (2026-08) and
 * widened by what recordings hold beyond it. Blobs are base64 text. Unions are objects of which one
 * member is set.
 */

interface S3Location {
  uri: string
  bucketOwner?: string
}

export interface BlobSource {
  bytes?: string
  s3Location?: S3Location
}

interface ImageBlock {
  format: string
  source: BlobSource
}

interface VideoBlock {
  format: string
  source: BlobSource
}

interface AudioBlock {
  format: string
  source: BlobSource
}

export interface DocumentSource extends BlobSource {
  text?: string
  content?: { text?: string }[]
}

export interface DocumentBlock {
  format?: string
  name: string
  source: DocumentSource
  context?: string
  citations?: { enabled: boolean }
}

export interface ToolUseBlock {
  toolUseId: string
  name: string
  input: unknown
  /** `server_tool_use` for tools the platform runs; some models write `tool_use` for the others. */
  type?: string
}

export interface ToolResultContent {
  text?: string
  json?: unknown
  image?: ImageBlock
  document?: DocumentBlock
  video?: VideoBlock
  searchResult?: unknown
}

export interface ToolResultBlock {
  toolUseId: string
  content: ToolResultContent[]
  status?: 'success' | 'error'
  /** Of a platform's tool: `nova_code_interpreter_result`. */
  type?: string
}

export interface CachePoint {
  type: 'default'
  ttl?: '5m' | '1h'
}

interface ReasoningContent {
  reasoningText?: { text: string; signature?: string }
  redactedContent?: string
}

export interface WireCitation {
  title?: string
  source?: string
  sourceContent?: { text?: string }[]
  /** One of `documentChar`, `documentPage`, `documentChunk`, `searchResultLocation`, `web`. */
  location?: Record<string, unknown>
}

export interface CitationsContent {
  content?: { text?: string }[]
  citations?: WireCitation[]
}

export interface ContentBlock {
  text?: string
  image?: ImageBlock
  document?: DocumentBlock
  video?: VideoBlock
  audio?: AudioBlock
  toolUse?: ToolUseBlock
  toolResult?: ToolResultBlock
  cachePoint?: CachePoint
  reasoningContent?: ReasoningContent
  citationsContent?: CitationsContent
  guardContent?: unknown
  searchResult?: unknown
  toolAddition?: unknown
  toolRemoval?: unknown
}

export interface Message {
  role: 'user' | 'assistant' | 'system'
  content: ContentBlock[]
}

export interface SystemBlock {
  text?: string
  cachePoint?: CachePoint
  guardContent?: unknown
}

export interface ToolSpec {
  name: string
  description?: string
  inputSchema: { json: Record<string, unknown> }
  strict?: boolean
}

export interface WireTool {
  toolSpec?: ToolSpec
  systemTool?: { name: string }
  cachePoint?: CachePoint
}

export interface WireToolChoice {
  auto?: Record<string, never>
  any?: Record<string, never>
  tool?: { name: string }
}

export interface ToolConfig {
  tools: WireTool[]
  toolChoice?: WireToolChoice
}

export interface InferenceConfig {
  maxTokens?: number
  temperature?: number
  topP?: number
  stopSequences?: string[]
}

export interface GuardrailConfig {
  guardrailIdentifier?: string
  guardrailVersion?: string
  trace?: 'enabled' | 'disabled' | 'enabled_full'
  /** ConverseStream only. */
  streamProcessingMode?: 'sync' | 'async'
}

export interface OutputConfig {
  textFormat?: {
    type: 'json_schema'
    /** `schema` is JSON text. */
    structure: { jsonSchema: { schema: string; name?: string; description?: string } }
  }
  effort?: string
}

export interface ConverseRequest {
  messages?: Message[]
  system?: SystemBlock[]
  inferenceConfig?: InferenceConfig
  toolConfig?: ToolConfig
  guardrailConfig?: GuardrailConfig
  additionalModelRequestFields?: Record<string, unknown>
  promptVariables?: Record<string, unknown>
  additionalModelResponseFieldPaths?: string[]
  requestMetadata?: Record<string, string>
  performanceConfig?: { latency?: 'standard' | 'optimized' }
  serviceTier?: { type: string }
  outputConfig?: OutputConfig
}

/** `inputTokens` leaves out what the cache read and wrote. Answers spell the cache members in two ways. */
export interface TokenUsage {
  inputTokens?: number
  outputTokens?: number
  totalTokens?: number
  cacheReadInputTokens?: number
  cacheWriteInputTokens?: number
  cacheReadInputTokenCount?: number
  cacheWriteInputTokenCount?: number
  cacheDetails?: { ttl: string; inputTokens: number }[]
}

export interface ConverseResponse {
  output?: { message?: { role?: string; content?: ContentBlock[] } }
  stopReason?: string
  usage?: TokenUsage
  metrics?: { latencyMs?: number }
  additionalModelResponseFields?: unknown
  trace?: unknown
  performanceConfig?: { latency?: string }
  serviceTier?: { type?: string }
}

export interface ReasoningDelta {
  text?: string
  signature?: string
  redactedContent?: string
}

export interface BlockDelta {
  text?: string
  toolUse?: { input?: string }
  toolResult?: ToolResultContent[]
  reasoningContent?: ReasoningDelta
  citation?: WireCitation
  image?: { source?: BlobSource }
}

export interface BlockStart {
  toolUse?: { toolUseId: string; name: string; type?: string }
  toolResult?: { toolUseId: string; status?: 'success' | 'error'; type?: string }
  image?: { format: string }
}

/** The payloads of stream events by `:event-type`. Every payload may hold `p`, padding of random length. */
export interface StreamPayloads {
  messageStart: { role?: string }
  contentBlockStart: { contentBlockIndex: number; start?: BlockStart }
  contentBlockDelta: { contentBlockIndex: number; delta?: BlockDelta }
  contentBlockStop: { contentBlockIndex: number }
  messageStop: { stopReason?: string; additionalModelResponseFields?: unknown }
  metadata: Pick<
    ConverseResponse,
    'usage' | 'metrics' | 'trace' | 'performanceConfig' | 'serviceTier'
  >
}

/** The payload of an exception frame. */
export interface ExceptionPayload {
  message?: string
  originalStatusCode?: number
  originalMessage?: string
}

/** The name of the dialect, in `extras` and native parts. */
export const DIALECT = 'bedrock-converse'
