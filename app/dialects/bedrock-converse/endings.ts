import { entryOf } from '../../codecs/table.ts'
import type { Reply, ReplyEnd, StopReason, Usage } from '../../conversation/events.ts'
import { type ConverseResponse, DIALECT, type TokenUsage } from './wire.ts'

/**
 * Stop reasons of the service model, and two of the Messages API that may come through. What a model
 * garbled (`malformed_...`) was withheld from us, so it ends like any other withheld answer.
 */
const STOP_REASONS: Record<string, StopReason> = {
  end_turn: 'end-turn',
  tool_use: 'tool-use',
  max_tokens: 'max-tokens',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
  malformed_model_output: 'content-filter',
  malformed_tool_use: 'content-filter',
  model_context_window_exceeded: 'context-window',
  refusal: 'refusal',
  pause_turn: 'pause',
}

const WIRE_REASONS: Record<StopReason, string> = {
  'end-turn': 'end_turn',
  'tool-use': 'tool_use',
  'max-tokens': 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'content-filter': 'content_filtered',
  'context-window': 'model_context_window_exceeded',
  refusal: 'content_filtered',
  pause: 'end_turn',
}

/** New reasons appear at AWS; one we do not know is a stop like any other. */
export function decodeStopReason(wire: string | undefined): StopReason {
  return entryOf(STOP_REASONS, wire ?? 'end_turn') ?? 'end-turn'
}

/**
 * The reason that fits what was said. AWS was seen to end a reply that calls the caller's tools with
 * `end_turn`, and one that calls none with `tool_use`; callers run tools by this word alone.
 */
export function fittingReason(reason: StopReason, calls: boolean): StopReason {
  if (reason === 'tool-use' && !calls) return 'end-turn'
  return reason === 'end-turn' && calls ? 'tool-use' : reason
}

/** `own` is the wire's word this dialect itself heard, which may say more than ours. */
export function encodeStopReason(reason: StopReason, own?: unknown): string {
  return typeof own === 'string' ? own : WIRE_REASONS[reason]
}

/** The wire's word where ours would not bring it back. */
function ownStopReason(wire: string | undefined): string | undefined {
  if (wire === undefined) return undefined
  return WIRE_REASONS[decodeStopReason(wire)] === wire ? undefined : wire
}

/** AWS spells the cache's figures in two ways, often both at once. What it left open of the bill is marked. */
export function decodeUsage(wire: Partial<TokenUsage> | undefined): Usage {
  const usage: Usage = { input: wire?.inputTokens ?? 0, output: wire?.outputTokens ?? 0 }
  if (wire?.inputTokens === undefined || wire.outputTokens === undefined) usage.estimated = true
  if (!wire) return usage
  const read = wire.cacheReadInputTokens ?? wire.cacheReadInputTokenCount
  const write = wire.cacheWriteInputTokens ?? wire.cacheWriteInputTokenCount
  if (read !== undefined) usage.cacheRead = read
  if (write !== undefined) usage.cacheWrite = write
  if (wire.cacheDetails) {
    usage.cacheWriteByTtl = wire.cacheDetails.map(({ ttl, inputTokens }) => ({
      ttl,
      tokens: inputTokens,
    }))
  }
  return usage
}

export function encodeUsage(usage: Usage): TokenUsage {
  const { input, output, cacheRead, cacheWrite, cacheWriteByTtl } = usage
  const wire: TokenUsage = {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output + (cacheRead ?? 0) + (cacheWrite ?? 0),
  }
  if (cacheRead !== undefined) wire.cacheReadInputTokens = cacheRead
  if (cacheWrite !== undefined) wire.cacheWriteInputTokens = cacheWrite
  if (cacheWriteByTtl) {
    wire.cacheDetails = cacheWriteByTtl.map(({ ttl, tokens }) => ({ ttl, inputTokens: tokens }))
  }
  return wire
}

/** What an answer tells beside its words and its bill. */
export type Remarks = Pick<
  ConverseResponse,
  'metrics' | 'trace' | 'additionalModelResponseFields'
> & { stopReason?: string }

/** The remarks of an answer, for `extras`; undefined when it made none. */
export function remarksOf(
  answer: Omit<ConverseResponse, 'output' | 'usage'>,
): Record<string, unknown> | undefined {
  const remarks: Remarks = {}
  const stopReason = ownStopReason(answer.stopReason)
  if (stopReason !== undefined) remarks.stopReason = stopReason
  if (answer.metrics) remarks.metrics = answer.metrics
  if (answer.trace) remarks.trace = answer.trace
  if (answer.additionalModelResponseFields) {
    remarks.additionalModelResponseFields = answer.additionalModelResponseFields
  }
  return Object.keys(remarks).length > 0 ? { ...remarks } : undefined
}

const ANSWER = 'answer'

/** The end of an answer that goes on as it came. */
export function withAnswer(end: Reply['end'], answer: ConverseResponse): Reply['end'] {
  const own = end.extras?.[DIALECT]
  return { ...end, extras: { ...end.extras, [DIALECT]: { ...own, [ANSWER]: answer } } }
}

/** That answer, as this dialect itself heard it. */
export const ownAnswer = (end: Reply['end']): ConverseResponse | undefined =>
  end.extras?.[DIALECT]?.[ANSWER] as ConverseResponse | undefined

/** What became of a guardrail. AWS traces other things in the same member, a prompt router's choice for one. */
export function guardrailOf({
  stopReason,
  trace,
}: Pick<ConverseResponse, 'stopReason' | 'trace'>): ReplyEnd['guardrail'] {
  const traced = typeof trace === 'object' && trace !== null && 'guardrail' in trace
  const intervened = stopReason === 'guardrail_intervened'
  if (!traced && !intervened) return undefined
  return traced ? { intervened, trace } : { intervened }
}

/** The sequence that ended the answer, where the request asked the model to tell it. */
export function stopSequenceOf(additional: unknown): string | undefined {
  if (typeof additional !== 'object' || additional === null) return undefined
  const sequence = 'stop_sequence' in additional ? additional.stop_sequence : undefined
  return typeof sequence === 'string' ? sequence : undefined
}
