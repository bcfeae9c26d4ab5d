import type { Conversation, Turn } from '../../conversation/conversation.ts'
import type { Asking } from './encoding.ts'
import type { OutputPlan } from './output-format.ts'
import type { Thinking } from './reasoning.ts'
import type { ToolNames } from './tool-names.ts'

/** What the encoders of tools and of their choice look at. */
export interface ToolsOfRequest extends Asking {
  conversation: Conversation
  turns: Turn[]
  names: ToolNames
  thinking: Thinking
  output: OutputPlan
  /** `additionalModelRequestFields` so far; makers' tools and choices the wire lacks are added. */
  fields: Record<string, unknown>
}
