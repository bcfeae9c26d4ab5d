import { extrasFor, type Fields } from '../extras.ts'
import type { WireRequest } from './wire.ts'

export const NAME = 'openai-responses'

/** What the caller knows a tool by, where it is no plain function of that name. */
export interface Callee {
  kind: 'function' | 'custom' | CallerToolType
  name: string
  namespace?: string
}

/** Tools that OpenAI defines and the caller runs. */
export type CallerToolType =
  | 'local_shell'
  | 'shell'
  | 'apply_patch'
  | 'computer'
  | 'computer_use_preview'
  | 'tool_search'

/** What this dialect keeps for itself on the waist. */
interface Own {
  /** Conversation: what was asked, to be echoed in the response. */
  request?: WireRequest
  /** Conversation: what is said is a summary that takes the conversation's place. */
  compacts?: boolean
  /** A function tool. */
  callee?: Callee
  /** A reasoning part that is sealed by somebody else: its item as it came. */
  item?: Fields
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)
