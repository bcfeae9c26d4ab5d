import { extrasFor } from '../extras.ts'

export const NAME = 'titan-text'

/** Words as they stood in a prompt, and what was read in them; written back while nobody changed them. */
export interface Spelling {
  raw: string
  said: string
}

/** What this dialect keeps for itself on the waist. */
interface Own {
  /** A turn or the system prompt: how it was written. */
  spelling?: Spelling
  /** Conversation: what the prompt ended with after its last turn. */
  closing?: string
  /** Conversation: members of the configuration that have no words of ours, and an empty list of stops. */
  config?: Record<string, unknown>
  /** The end of a reply: its completion reason where ours would not bring it back. */
  completionReason?: string
}

export const { extrasOf, ownOf } = extrasFor<Own>(NAME)
