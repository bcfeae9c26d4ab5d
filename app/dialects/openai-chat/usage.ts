import type { ReplyEnd, Usage } from '../../conversation/events.ts'
import { encodeUsage, sumAnswers, type WireUsage } from '../openai-usage.ts'
import { ownOf } from './extras.ts'

/** The count of an answer of one or more choices; a single one goes out as its upstream counted it. */
export function replyUsage(ends: readonly Pick<ReplyEnd, 'usage' | 'extras'>[]): WireUsage {
  const own = ends.length === 1 ? ownOf(ends[0]!).usage : undefined
  if (typeof own?.prompt_tokens === 'number' && typeof own.completion_tokens === 'number') {
    return own as WireUsage
  }
  return encodeUsage(sumAnswers(ends.map((end) => end.usage)))
}

/** An upstream's count as ours; where it gave none, or not all of it, that is marked. Servers write null for what they do not count. */
export function decodeUsage(wire: Partial<WireUsage> | null | undefined): Usage {
  if (!wire) return { input: 0, output: 0, estimated: true }
  const cacheRead = wire.prompt_tokens_details?.cached_tokens ?? undefined
  const cacheWrite = wire.prompt_tokens_details?.cache_write_tokens ?? undefined
  const reasoning = wire.completion_tokens_details?.reasoning_tokens ?? undefined
  // xAI and Gemini count thoughts only in the total.
  const said = wire.completion_tokens ?? 0
  const rest = (wire.total_tokens ?? 0) - (wire.prompt_tokens ?? 0)
  return {
    input: Math.max(0, (wire.prompt_tokens ?? 0) - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    output: wire.prompt_tokens == null ? said : Math.max(said, rest),
    ...((wire.prompt_tokens == null || wire.completion_tokens == null) && { estimated: true }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  }
}
