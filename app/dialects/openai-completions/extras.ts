import { extrasFor, type Fields } from '../extras.ts'

export const NAME = 'openai-completions'

/** What this dialect keeps for itself on the waist. */
interface Own {
  /** Conversation: answers begin with their prompt. */
  echo?: true
  /** Conversation: `max_tokens` was 0, so nothing of an answer is shown. */
  silent?: true
  /** Conversation: stop sequences as they were written, where blank ones are among them. */
  stop?: string | string[]
  /** Conversation: what only a server of this dialect would understand, as it was written. */
  fields?: Fields
}

/** What it keeps of an answer. */
interface OwnEnd {
  /** Members of the choice that came with its end, as they were written. */
  choice?: Fields
  /** Unknown members of the answer. */
  fields?: Fields
  /** The count in the server's own words. */
  usage?: Fields
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)
export const { extrasOf: endExtrasOf, ownOf: ownOfEnd } = extrasFor<OwnEnd>(NAME)
