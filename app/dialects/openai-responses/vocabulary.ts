import type { StopReason } from '../../conversation/events.ts'
import type { ErrorCode } from '../../errors.ts'
import type { SaidName } from '../dialect.ts'

/** What is missing from an answer that is not complete; undefined for complete ones. */
export const INCOMPLETE: Record<StopReason, 'max_output_tokens' | 'content_filter' | undefined> = {
  'end-turn': undefined,
  'stop-sequence': undefined,
  'tool-use': undefined,
  pause: undefined,
  'max-tokens': 'max_output_tokens',
  'context-window': 'max_output_tokens',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
}

/**
 * Codes of a response that failed, as the specification's ResponseErrorCode has them; beside them
 * `context_length_exceeded`, by which OpenAI's own clients know that they have to compact.
 */
export const FAILURES: Partial<Record<ErrorCode, string>> = {
  'rate-limit': 'rate_limit_exceeded',
  'quota-exceeded': 'rate_limit_exceeded',
  'invalid-request': 'invalid_prompt',
  'unsupported-parameter': 'invalid_prompt',
  'content-filter': 'invalid_prompt',
  'context-length-exceeded': 'context_length_exceeded',
}

/** Every setting's name in this dialect, where snake case does not give it. */
export const SETTING_NAMES: Partial<Record<SaidName, string>> = {
  maxTokens: 'max_output_tokens',
  topP: 'top_p',
  logprobs: 'include.message.output_text.logprobs',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'parallel_tool_calls',
  serviceTier: 'service_tier',
  verbosity: 'text.verbosity',
  promptCache: 'prompt_cache_key',
  cacheControl: 'prompt_cache_breakpoint',
  latency: 'performanceConfig',
  thought: 'input.reasoning',
  toolResult: 'input.function_call_output',
  guardrail: 'amazon-bedrock-guardrailConfig',
}
