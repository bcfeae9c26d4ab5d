import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyEnd, Usage } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { guardrailMembers } from '../openai-guardrail.ts'
import { ownOf } from './extras.ts'
import { INCOMPLETE } from './vocabulary.ts'
import type { WireRequest } from './wire.ts'

/** What of a response is known when it begins and does not change. */
export function fixedMembers(conversation: Conversation, head: AnswerHead): Fields {
  const request: Partial<WireRequest> = ownOf(conversation).request ?? {}
  const { reasoning, text, conversation: thread } = request
  return {
    id: head.id,
    object: 'response',
    created_at: head.created,
    model: head.model,
    background: request.background ?? false,
    frequency_penalty: 0,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    presence_penalty: 0,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    prompt_cache_retention: retentionOf(request),
    reasoning: {
      effort: reasoning?.effort ?? null,
      summary: reasoning?.summary ?? reasoning?.generate_summary ?? null,
    },
    safety_identifier: request.safety_identifier ?? null,
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: {
      format: text?.format ?? { type: 'text' },
      ...(text?.verbosity && { verbosity: text.verbosity }),
    },
    tool_choice: request.tool_choice ?? 'auto',
    tools: (request.tools ?? []).map(echoedTool),
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    user: request.user ?? null,
    ...(thread && { conversation: { id: typeof thread === 'string' ? thread : thread.id } }),
  }
}

/** OpenAI's clients know no other words than OpenAI's. */
function retentionOf({ prompt_cache_retention: said }: Partial<WireRequest>): string | null {
  return said === 'in_memory' || said === '24h' ? said : null
}

/** Some members are always there in an echo. */
function echoedTool(tool: Fields): Fields {
  return tool['type'] === 'function'
    ? { description: null, parameters: null, strict: null, ...tool }
    : tool
}

/** What of a response changes until it ends. */
export interface Standing {
  status: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed'
  output: unknown
  error?: { code: string; message: string }
  end?: Omit<ReplyEnd, 'type'>
  completed?: number
}

export function standingMembers(
  { status, output, error, end, completed }: Standing,
  request: Partial<WireRequest> = {},
): Fields {
  const reason = end && INCOMPLETE[end.reason]
  return {
    status,
    completed_at: completed ?? null,
    error: error ?? null,
    incomplete_details: status === 'incomplete' ? { reason: reason ?? 'max_output_tokens' } : null,
    service_tier: end?.serviceTier ?? (end ? 'default' : (wiredTier(request) ?? 'auto')),
    usage: end ? encodeUsage(end.usage) : null,
    output,
    ...(end?.latency && { performanceConfig: { latency: end.latency } }),
    ...guardrailMembers(end?.guardrail),
  }
}

const wiredTier = ({ service_tier: tier }: Partial<WireRequest>) => tier ?? undefined

/** Whether an end is a good one, as a status. */
export const statusOf = ({ reason }: Pick<ReplyEnd, 'reason'>): 'completed' | 'incomplete' =>
  INCOMPLETE[reason] ? 'incomplete' : 'completed'

/** Our count as OpenAI counts: the cache's tokens are part of the input's (T49). */
export function encodeUsage(usage: Usage) {
  const input = usage.input + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0)
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead ?? 0,
      cache_write_tokens: usage.cacheWrite ?? 0,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + usage.output,
  }
}
