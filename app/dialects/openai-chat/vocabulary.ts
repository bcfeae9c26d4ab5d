import { entryOf } from '../../codecs/table.ts'
import type { Conversation, Settings } from '../../conversation/conversation.ts'
import type { StopReason } from '../../conversation/events.ts'
import { ownOf } from './extras.ts'
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
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'parallel_tool_calls',
  serviceTier: 'service_tier',
  verbosity: 'verbosity',
  prediction: 'prediction',
} as const satisfies Partial<Record<keyof Settings, string>>

/** Every setting's name in this dialect, where snake case does not give it. */
export const SETTING_NAMES: Partial<Record<keyof Settings | 'guardrail', string>> = {
  ...SETTING_FIELDS,
  promptCache: 'prompt_cache_key',
  latency: 'performanceConfig',
  guardrail: 'amazon-bedrock-guardrailConfig',
}

/** The newer and the older names of what this caller said. */
export function ownNames(conversation: Conversation): Readonly<Record<string, string>> {
  const { maxTokensField, legacyFunctions } = ownOf(conversation)
  return {
    maxTokens: maxTokensField ?? 'max_completion_tokens',
    ...(legacyFunctions && { toolChoice: 'function_call' }),
    ...(marksBreakpoints(conversation) && { cacheControl: 'prompt_cache_breakpoint' }),
  }
}

/** Cache points are marked in OpenAI's own way, and in no other. */
function marksBreakpoints({ system, turns }: Conversation): boolean {
  const parts = [system, ...turns.map((turn) => turn.parts)].flat()
  const fields = parts.map((part) => ('extras' in part ? ownOf(part).fields : undefined))
  return (
    fields.some((own) => own?.['prompt_cache_breakpoint']) &&
    !fields.some((own) => own?.['cache_control'])
  )
}

export const FINISH_REASONS: Record<StopReason, WireFinishReason> = {
  'end-turn': 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'tool-use': 'tool_calls',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
  'context-window': 'length',
  pause: 'stop',
}

/** Unknown reasons of compatible servers (`eos`, `end_turn`) are good ends. */
export const STOP_REASONS: Record<string, StopReason> = {
  stop: 'end-turn',
  length: 'max-tokens',
  tool_calls: 'tool-use',
  function_call: 'tool-use',
  content_filter: 'content-filter',
  // Mistral's reason, and Gemini's own, which its server passes on.
  model_length: 'context-window',
  MAX_TOKENS: 'max-tokens',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
}

const FORMATS_BY_TYPE: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/pcm': 'pcm16',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
}

/** The `format` for a media type; OpenAI's default where there is none. */
export function audioFormat(mediaType: string | undefined): string {
  if (mediaType === undefined) return 'wav'
  return entryOf(FORMATS_BY_TYPE, mediaType) ?? mediaType.slice(mediaType.indexOf('/') + 1)
}
