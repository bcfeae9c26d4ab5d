import type { Guardrail } from '../conversation/conversation.ts'
import type { Call } from './call.ts'

/** Judges by a guardrail what goes to somebody who applies none. */
export interface Guard {
  /**
   * The texts as they may go on, in their order: what is to be hidden is masked. Throws `content-filter`
   * in the guardrail's own words for what may not go on, and otherwise where it could not be asked.
   */
  screen(texts: readonly string[], guardrail: Guardrail, call: Call): Promise<readonly string[]>
}
