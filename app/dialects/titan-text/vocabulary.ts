import { entryOf } from '../../codecs/table.ts'
import type { Settings } from '../../conversation/conversation.ts'
import type { StopReason } from '../../conversation/events.ts'

/** Settings and the members of `textGenerationConfig` that mean the same. */
export const SETTING_FIELDS = {
  maxTokens: 'maxTokenCount',
  temperature: 'temperature',
  topP: 'topP',
  stop: 'stopSequences',
} as const satisfies Partial<Record<keyof Settings, string>>

export const SETTING_NAMES: Partial<Record<keyof Settings, string>> = Object.fromEntries(
  Object.entries(SETTING_FIELDS).map(([setting, field]) => [
    setting,
    `textGenerationConfig.${field}`,
  ]),
)

/** The user guide writes `FINISHED`, the wire `FINISH` (every recording): the wire is followed. */
export const COMPLETION_REASONS: Record<StopReason, string> = {
  'end-turn': 'FINISH',
  'stop-sequence': 'STOP_CRITERIA_MET',
  'max-tokens': 'LENGTH',
  'tool-use': 'FINISH',
  refusal: 'CONTENT_FILTERED',
  'content-filter': 'CONTENT_FILTERED',
  'context-window': 'LENGTH',
  pause: 'FINISH',
}

const STOP_REASONS: Record<string, StopReason> = {
  FINISH: 'end-turn',
  FINISHED: 'end-turn',
  LENGTH: 'max-tokens',
  STOP_CRITERIA_MET: 'stop-sequence',
  CONTENT_FILTERED: 'content-filter',
}

/** Our word for a completion reason; one that nobody knows is a stop like any other. */
export const decodeReason = (wire: string | null | undefined): StopReason =>
  entryOf(STOP_REASONS, wire ?? 'FINISH') ?? 'end-turn'

/** The wire's own word where ours would not bring it back. */
export function ownReason(wire: string | null | undefined): string | undefined {
  if (wire == null || COMPLETION_REASONS[decodeReason(wire)] === wire) return undefined
  return wire
}

/** What Bedrock adds to an answer that a guardrail has seen (recorded with Titan Express). */
export const GUARDRAIL_ACTION = 'amazon-bedrock-guardrailAction'
export const GUARDRAIL_TRACE = 'amazon-bedrock-trace'
