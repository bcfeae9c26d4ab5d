import type { Reply, ReplyEnd, Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import { extrasOf } from './extras.ts'
import { decodeUsage } from './usage.ts'
import { decodeReason, GUARDRAIL_ACTION, GUARDRAIL_TRACE, ownReason } from './vocabulary.ts'
import type { WireReply } from './wire.ts'

/** An answer of InvokeModel. Throws `upstream` when it holds no result at all. */
export function decodeReply(body: unknown): Reply {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Partial<WireReply>
  const [result] = answer.results ?? []
  if (!result) {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.', {
      cause: new Error(`an answer without results: ${JSON.stringify(body)?.slice(0, 500)}`),
    })
  }
  const { outputText = '', tokenCount, completionReason } = result
  return {
    parts: outputText === '' ? [] : [{ type: 'text', text: outputText }],
    end: decodeEnd(completionReason, decodeUsage(answer.inputTextTokenCount, tokenCount), answer),
  }
}

/** Why an answer ended; `told` holds what Bedrock says of a guardrail. */
export function decodeEnd(
  wire: string | null | undefined,
  usage: Usage,
  told: Record<string, unknown>,
): Reply['end'] {
  const guardrail = guardrailOf(told)
  return {
    reason: guardrail?.intervened ? 'content-filter' : decodeReason(wire),
    usage,
    ...(guardrail && { guardrail }),
    // A guardrail tells of itself in members of its own, and leaves the model's word alone (recorded).
    ...extrasOf({
      completionReason: guardrail?.intervened ? (wire ?? undefined) : ownReason(wire),
    }),
  }
}

function guardrailOf(told: Record<string, unknown>): ReplyEnd['guardrail'] {
  const action = told[GUARDRAIL_ACTION]
  if (action === undefined) return undefined
  const trace = told[GUARDRAIL_TRACE]
  return { intervened: action === 'INTERVENED', ...(trace !== undefined && { trace }) }
}
