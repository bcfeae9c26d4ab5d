import type { Reply, ReplyEnd, StopReason, Usage } from '../../../../conversation/events.ts'
import { GatewayError } from '../../../../errors.ts'

/**
 * A whole answer or a piece of one. Whole ones tell why they ended in `finishReason` (user guide), pieces
 * in `stopReason` (as clients read them; empty until the end), so both are read in both.
 */
export interface WireReply {
  message?: unknown
  finishReason?: unknown
  stopReason?: unknown
  'amazon-bedrock-guardrailAction'?: unknown
  'amazon-bedrock-trace'?: unknown
  'amazon-bedrock-invocationMetrics'?: { inputTokenCount?: number; outputTokenCount?: number }
}

/** The answer of InvokeModel, whose tokens AWS counts in headers only. */
export function decodeReply(body: unknown): Reply {
  const wire = (body ?? {}) as WireReply
  if (typeof wire.message !== 'string') {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.')
  }
  const { message: text } = wire
  const { type: _, ...end } = endOf(wire, stopOf(wire) ?? 'end-turn', estimate(text.length))
  return { parts: text === '' ? [] : [{ type: 'text', text }], end }
}

/** Undefined as long as nothing has ended. */
export function stopOf({ finishReason, stopReason }: WireReply): StopReason | undefined {
  const said = finishReason || stopReason
  if (!said) return undefined
  return said === 'length' ? 'max-tokens' : 'end-turn'
}

export function endOf(wire: WireReply, reason: StopReason, usage: Usage): ReplyEnd {
  const action = wire['amazon-bedrock-guardrailAction']
  const intervened = action === 'INTERVENED'
  const trace = wire['amazon-bedrock-trace']
  return {
    type: 'reply-end',
    reason: intervened ? 'content-filter' : reason,
    usage,
    ...(action !== undefined && {
      guardrail: { intervened, ...(trace !== undefined && { trace }) },
    }),
  }
}

const CHARACTERS_PER_TOKEN = 4

export const estimate = (characters: number): Usage => ({
  input: 0,
  output: Math.ceil(characters / CHARACTERS_PER_TOKEN),
  estimated: true,
})
