import type { ReplyEnd } from '../conversation/events.ts'
import { guardrailMembers } from './openai-guardrail.ts'

/** The tier that served, as a member of a chunk. */
export function tierMember(end: ReplyEnd | undefined): string {
  return end?.serviceTier ? `,"service_tier":${JSON.stringify(end.serviceTier)}` : ''
}

/** What a guardrail did, as members of a chunk. */
export function guardrailMember({ guardrail }: ReplyEnd): string {
  return guardrail ? `,${JSON.stringify(guardrailMembers(guardrail)).slice(1, -1)}` : ''
}
