import { extrasFor, type Fields } from '../extras.ts'

export const NAME = 'openai-completions'

/** What this dialect keeps for itself on the waist. */
export interface Own {
  /** Conversation: answers begin with their prompt. */
  echo?: true
  /** Conversation: `max_tokens` was 0, so nothing of an answer is shown. */
  silent?: true
  /** Conversation: stop sequences as they were written, where blank ones are among them. */
  stop?: string | string[]
  /** Conversation: what only a server of this dialect would understand, as it was written. */
  fields?: Fields
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)
