import type { ReplyEnd, Usage } from '../../conversation/events.ts'
import { ownOf } from './extras.ts'
import type { WireUsage } from './wire-reply.ts'

/** Our count as OpenAI counts: the cache's tokens are part of the prompt's (T49). */
function encodeUsage(usage: Usage): WireUsage {
  const prompt = usage.input + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0)
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead ?? 0,
      audio_tokens: 0,
      ...(usage.cacheWrite !== undefined && { cache_write_tokens: usage.cacheWrite }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The count of an answer of one or more choices; a single one goes out as its upstream counted it. */
export function replyUsage(ends: readonly Pick<ReplyEnd, 'usage' | 'extras'>[]): WireUsage {
  const own = ends.length === 1 ? ownOf(ends[0]!).usage : undefined
  return (own as WireUsage | undefined) ?? encodeUsage(sumUsage(ends.map((end) => end.usage)))
}

// OpenAI counts the prompt once, however many answers it gets.
function sumUsage(usages: readonly Usage[]): Usage {
  const [first, ...others] = usages
  const sum: Usage = { input: 0, output: 0, ...first }
  for (const usage of others) {
    sum.output += usage.output
    if (usage.reasoning !== undefined) sum.reasoning = (sum.reasoning ?? 0) + usage.reasoning
  }
  return sum
}

/** An upstream's count as ours; where it gave none, that is marked. Servers write null for what they do not count. */
export function decodeUsage(wire: Partial<WireUsage> | null | undefined): Usage {
  if (!wire) return { input: 0, output: 0, estimated: true }
  const cacheRead = wire.prompt_tokens_details?.cached_tokens ?? undefined
  const cacheWrite = wire.prompt_tokens_details?.cache_write_tokens ?? undefined
  const reasoning = wire.completion_tokens_details?.reasoning_tokens ?? undefined
  return {
    input: Math.max(0, (wire.prompt_tokens ?? 0) - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    output: wire.completion_tokens ?? 0,
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  }
}
