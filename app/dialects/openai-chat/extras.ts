import { extrasFor, type Fields } from '../extras.ts'
import type { WireUsage } from '../openai-usage.ts'

export { type Fields, unknownFields } from '../extras.ts'

export const NAME = 'openai-chat'

/**
 * What this dialect keeps for itself on the waist. `fields` are wire members written back verbatim, the
 * others are hints about the form something had.
 */
interface Own {
  fields?: Fields
  /** Conversation: message boundaries of the leading system messages, in order. */
  systemMessages?: SystemMessageForm[]
  /** Conversation: the caller speaks the older `functions` and `function_call`. */
  legacyFunctions?: boolean
  /** Conversation: the caller named the limit `max_tokens`. */
  maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Conversation: stop sequences as they were written, where blank ones are among them. */
  stop?: string | string[]
  /** Conversation: what is wished of a stream beside usage. */
  streamOptions?: Fields
  /** Conversation: which of the names of `dialectOnly` ride in its turns and tools. */
  strays?: string[]
  /** Conversation: thoughts are not to be shown. */
  hideReasoning?: boolean
  /** A turn: its role on the wire where ours says less. A media part: the type of its part. */
  form?: string
  /** A text: the words of a recording that stands beside it. */
  spoken?: boolean
  /** A reasoning part: the member of the message it came in. */
  reasoningField?: string
  /** A function tool or a call: not a plain function. */
  kind?: 'custom' | 'legacy'
  /** A tool of free text: its caller knows its calls as functions that have the text for arguments. */
  textFunction?: boolean
  /** A custom tool: its members; a function tool: unknown members of `function`. */
  inner?: Fields
  /** A legacy function's answer: the function's name. */
  functionName?: string
  /** The end of a reply: the count as the upstream gave it. */
  usage?: Partial<WireUsage>
}

export interface SystemMessageForm {
  role: 'system' | 'developer'
  parts: number
  name?: string
  fields?: Fields
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)
