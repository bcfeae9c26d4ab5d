import type { Guardrail } from '../conversation/conversation.ts'
import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'

/** What a model that does not chat is asked for. */
export type BesideChat = 'embedding' | 'rerank' | 'image'

/** A request in the words of the model's own maker. */
export interface NativeRequest {
  /** JSON, as whoever wrote it wrote it. */
  body: string
  /** For the upstream's own log. */
  labels: Readonly<Record<string, string>>
  /** Only models whose card says that one can be applied are asked for it. */
  guardrail?: Guardrail
  serviceTier?: string
  latency?: string
}

export interface NativeAnswer {
  /** As the model gave it, and what it is. */
  body: string
  mediaType: string
  usage: Usage
  served: Served
}

/**
 * A model that does something other than chat, asked in its maker's words, of which nothing is changed in either
 * direction. Throws `GatewayError`.
 */
export interface NativeModel {
  operation: BesideChat
  invoke(request: NativeRequest, call: Call): Promise<NativeAnswer>
}
