import { entryOf } from '../../codecs/table.ts'
import type { ReplyEnd, Usage } from '../../conversation/events.ts'
import { ownOf } from './extras.ts'
import type { WireUsage } from './wire-reply.ts'

/** Bedrock's count in the last chunk of a stream. */
export interface InvocationMetrics {
  inputTokenCount?: number
  outputTokenCount?: number
  cacheReadInputTokenCount?: number
  cacheWriteInputTokenCount?: number
}

/** The count as ours. Where the model gave none, Bedrock's is taken; where nobody did, that is marked. */
export function decodeUsage(
  wire: Partial<WireUsage> | null | undefined,
  metrics?: InvocationMetrics,
): Usage {
  if (!wire || wire.output_tokens === undefined) return fromMetrics(wire, metrics)
  const cacheRead = wire.cache_read_input_tokens
  const cacheWrite = wire.cache_creation_input_tokens
  const { ephemeral_5m_input_tokens: short = 0, ephemeral_1h_input_tokens: long = 0 } =
    wire.cache_creation ?? {}
  const reasoning = wire.output_tokens_details?.thinking_tokens
  return {
    input: wire.input_tokens ?? 0,
    output: wire.output_tokens,
    ...(cacheRead != null && { cacheRead }),
    ...(cacheWrite != null && { cacheWrite }),
    ...(short + long > 0 && {
      cacheWriteByTtl: [
        { ttl: '5m', tokens: short },
        { ttl: '1h', tokens: long },
      ].filter(({ tokens }) => tokens > 0),
    }),
    ...(reasoning !== undefined && { reasoning }),
  }
}

function fromMetrics(
  wire: Partial<WireUsage> | null | undefined,
  metrics: InvocationMetrics | undefined,
): Usage {
  if (metrics?.outputTokenCount === undefined) {
    return { input: wire?.input_tokens ?? 0, output: 0, estimated: true }
  }
  const { cacheReadInputTokenCount: cacheRead, cacheWriteInputTokenCount: cacheWrite } = metrics
  return {
    input: metrics.inputTokenCount ?? 0,
    output: metrics.outputTokenCount,
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  }
}

/** Two counts of one answer, the later over the earlier; what the later leaves open stays. */
export function mergeUsage(
  first: Partial<WireUsage> | undefined,
  second: Partial<WireUsage> | undefined,
): Partial<WireUsage> | undefined {
  if (!first || !second) return second ?? first
  const merged: Partial<WireUsage> = { ...first }
  for (const key in second) {
    if (second[key] != null) merged[key] = second[key]
  }
  return merged
}

/** Anthropic's three tiers; other names stay unsaid. */
const TIERS: Record<string, string> = {
  standard: 'standard',
  default: 'standard',
  priority: 'priority',
  batch: 'batch',
}

/**
 * The count of a whole answer. The cache's tokens are not part of the input (T49). `searches` is undefined
 * where the platform ran no tool.
 */
export function replyUsage(
  end: Omit<ReplyEnd, 'type'>,
  searches: number | undefined,
): Partial<WireUsage> {
  const own = ownOf(end).usage
  if (own?.input_tokens !== undefined && own.output_tokens !== undefined) return own
  const { usage, serviceTier } = end
  const tier = serviceTier === undefined ? undefined : entryOf(TIERS, serviceTier)
  return {
    ...encodeUsage(usage),
    ...serverToolUse(searches),
    ...(usage.cacheWriteByTtl && { cache_creation: byTtl(usage.cacheWriteByTtl) }),
    ...(tier && { service_tier: tier }),
    ...own,
  }
}

/** The count as far as it is known, with the members every client reads. */
export function encodeUsage(usage: Partial<Usage>): WireUsage {
  const { reasoning } = usage
  return {
    input_tokens: usage.input ?? 0,
    cache_creation_input_tokens: usage.cacheWrite ?? 0,
    cache_read_input_tokens: usage.cacheRead ?? 0,
    output_tokens: usage.output ?? 0,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  }
}

/** Searches are counted one by one; that code ran shows by the member alone (recorded). */
function serverToolUse(searches: number | undefined) {
  if (searches === undefined) return undefined
  return { server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 } }
}

function byTtl(writes: NonNullable<Usage['cacheWriteByTtl']>) {
  const tokens = (life: string) =>
    writes.reduce((sum, write) => (write.ttl === life ? sum + write.tokens : sum), 0)
  return { ephemeral_5m_input_tokens: tokens('5m'), ephemeral_1h_input_tokens: tokens('1h') }
}

/** Members of a whole count that a stream gives at its start. */
const START_ONLY: ReadonlySet<string> = new Set([
  'cache_creation',
  'service_tier',
  'inference_geo',
  'speed',
])

/** The cumulative count that closes a stream (T17). */
export function deltaUsage(end: ReplyEnd, searches: number | undefined): Partial<WireUsage> {
  const own = ownOf(end)
  if (own.deltaUsage?.output_tokens !== undefined) return own.deltaUsage
  if (own.usage?.output_tokens === undefined) {
    return { ...encodeUsage(end.usage), ...serverToolUse(searches), ...own.deltaUsage }
  }
  return Object.fromEntries(Object.entries(own.usage).filter(([key]) => !START_ONLY.has(key)))
}
