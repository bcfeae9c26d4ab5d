import { entryOf } from '../../codecs/table.ts'
import type { Settings } from '../../conversation/conversation.ts'
import type { StopReason } from '../../conversation/events.ts'
import type { SaidName } from '../dialect.ts'

/** Settings that are called by one field and mean the same on both sides. */
export const SETTING_FIELDS = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
} as const satisfies Partial<Record<keyof Settings, string>>

/** Every setting's name in this dialect, where snake case does not give it. */
export const SETTING_NAMES: Partial<Record<SaidName, string>> = {
  ...SETTING_FIELDS,
  stop: 'stop_sequences',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  promptCache: 'cache_control',
  user: 'metadata.user_id',
  thought: 'messages.thinking',
  toolResult: 'messages.tool_result',
}

/** Anthropic has no word of its own for what a guardrail withheld (T48). */
export const WIRE_STOP_REASONS: Record<StopReason, string> = {
  'end-turn': 'end_turn',
  'stop-sequence': 'stop_sequence',
  'max-tokens': 'max_tokens',
  'tool-use': 'tool_use',
  refusal: 'refusal',
  'content-filter': 'refusal',
  'context-window': 'model_context_window_exceeded',
  pause: 'pause_turn',
}

const STOP_REASONS: Record<string, StopReason> = {
  end_turn: 'end-turn',
  stop_sequence: 'stop-sequence',
  max_tokens: 'max-tokens',
  tool_use: 'tool-use',
  refusal: 'refusal',
  model_context_window_exceeded: 'context-window',
  pause_turn: 'pause',
  guardrail_intervened: 'content-filter',
}

/** What Bedrock adds to an answer that a guardrail has seen (user guide, guardrails with InvokeModel). */
export const GUARDRAIL_ACTION = 'amazon-bedrock-guardrailAction'

/** The stop reason of an answer, or that of the guardrail which withheld it. */
export function guardedStop<Reason>(
  answer: object,
  reason: Reason,
): Reason | 'guardrail_intervened' {
  const { [GUARDRAIL_ACTION]: action } = answer as { [GUARDRAIL_ACTION]?: unknown }
  return action === 'INTERVENED' ? 'guardrail_intervened' : reason
}

/** Our word for a stop reason; one that nobody knows is a stop like any other. */
export function decodeStopReason(wire: string | null | undefined): StopReason {
  return entryOf(STOP_REASONS, wire ?? 'end_turn') ?? 'end-turn'
}

/** The wire's own word where ours would not bring it back. */
export function ownStopReason(wire: string | null | undefined): string | null | undefined {
  if (wire === undefined || wire === 'guardrail_intervened') return undefined
  return WIRE_STOP_REASONS[decodeStopReason(wire)] === wire ? undefined : wire
}
