import type { Call, Served } from './call.ts'

/** What is to be judged, in the words of who keeps the guardrail. */
export interface Judgement {
  id: string
  version: string
  /** JSON. */
  body: string
}

/** Applies a guardrail to contents on their own. Throws `GatewayError`. */
export interface Judge {
  /** It knows no guardrails and lets everything pass, so that nobody may rely on it. */
  pretends?: boolean
  /** The verdict as it was given: JSON. */
  apply(judgement: Judgement, call: Call): Promise<{ body: string; served: Served }>
}
