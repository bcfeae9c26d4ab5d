import type { Settings } from '../../conversation/conversation.ts'
import type { StopReason } from '../../conversation/events.ts'
import type { WireFinishReason } from './wire-reply.ts'

/** Settings that are called by one field and mean the same on both sides. */
export const SETTING_FIELDS = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  seed: 'seed',
  logitBias: 'logit_bias',
  serviceTier: 'service_tier',
} as const satisfies Partial<Record<keyof Settings, string>>

/** Names in this dialect that snake case does not give. */
export const SETTING_NAMES: Partial<Record<keyof Settings | 'guardrail', string>> = {
  // One number asks for both.
  topLogprobs: 'logprobs',
  latency: 'performanceConfig',
  guardrail: 'amazon-bedrock-guardrailConfig',
}

/** This dialect knows no tools, so a model that wants one has simply stopped. */
export const FINISH_REASONS: Record<StopReason, WireFinishReason> = {
  'end-turn': 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'tool-use': 'stop',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
  'context-window': 'length',
  pause: 'stop',
}
