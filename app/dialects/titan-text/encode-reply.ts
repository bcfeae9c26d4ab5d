import type { Reply, ReplyEnd } from '../../conversation/events.ts'
import { ownOf } from './extras.ts'
import { inputTokens } from './usage.ts'
import { COMPLETION_REASONS, GUARDRAIL_ACTION, GUARDRAIL_TRACE } from './vocabulary.ts'
import type { WireReply } from './wire.ts'

/** Replies, one result each. Only their words have a place. */
export function encodeReply(replies: Reply[]): WireReply {
  return {
    inputTextTokenCount: inputTokens(replies[0]!.end.usage),
    results: replies.map(({ parts, end }) => ({
      tokenCount: end.usage.output,
      outputText: parts
        .map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : ''))
        .join(''),
      completionReason: completionReason(end),
    })),
    ...guardrailMembers(replies.find(({ end }) => end.guardrail)?.end.guardrail),
  }
}

export const completionReason = (end: Omit<ReplyEnd, 'type'>): string =>
  ownOf(end).completionReason ?? COMPLETION_REASONS[end.reason]

/** What became of a guardrail, as Bedrock tells it with InvokeModel. */
export function guardrailMembers(guardrail: ReplyEnd['guardrail']): Record<string, unknown> {
  if (!guardrail) return {}
  return {
    [GUARDRAIL_ACTION]: guardrail.intervened ? 'INTERVENED' : 'NONE',
    ...(guardrail.trace !== undefined && { [GUARDRAIL_TRACE]: guardrail.trace }),
  }
}
