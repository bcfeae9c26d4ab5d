import type { ReplyEnd } from '../conversation/events.ts'
import { guardrailMembers } from './openai-guardrail.ts'

/** The tier and the latency that served, in the words they are asked for. */
export function servedMembers(end: Omit<ReplyEnd, 'type'> | undefined): Record<string, unknown> {
  return {
    ...(end?.serviceTier && { service_tier: end.serviceTier }),
    ...(end?.latency && { performanceConfig: { latency: end.latency } }),
  }
}

/** The same as members of a chunk. */
export function servedMember(end: ReplyEnd | undefined): string {
  if (!end?.serviceTier && !end?.latency) return ''
  return `,${JSON.stringify(servedMembers(end)).slice(1, -1)}`
}

/** What a guardrail did, as members of a chunk. */
export function guardrailMember({ guardrail }: ReplyEnd): string {
  return guardrail ? `,${JSON.stringify(guardrailMembers(guardrail)).slice(1, -1)}` : ''
}
