import type { Conversation, Guardrail } from '../../../conversation/conversation.ts'
import { encodeMetadata } from '../../../dialects/bedrock-converse/request-labels.ts'
import type { ModelCard } from '../../../ports/models.ts'

export type InvokeHeaders = Readonly<Record<string, string>>

/** What InvokeModel is told beside the model's own request (service model of bedrock-runtime). */
interface InvokeOptions {
  headers: InvokeHeaders
  /** What it is told in the body, under names of its own. */
  body?: Readonly<Record<string, unknown>>
}

interface Asking {
  card: ModelCard
  ignore(what: string): void
}

/** Tier, latency, guardrail and labels of a request. What the model does not take is named as ignored. */
export function invokeHeaders(conversation: Conversation, asking: Asking): InvokeOptions {
  const { settings, guardrail, stream } = conversation
  const tier = tierOf(settings.serviceTier, asking)
  const latency = latencyOf(settings.latency, asking)
  const requestMetadata = encodeMetadata(conversation, asking)
  const mode = stream ? guardrail?.streamMode : undefined
  const headers: Record<string, string> = guardrail ? guardrailHeaders(guardrail) : {}
  if (tier) headers['x-amzn-bedrock-service-tier'] = tier
  if (latency) headers['x-amzn-bedrock-performanceconfig-latency'] = latency
  if (requestMetadata) headers['x-amzn-bedrock-request-metadata'] = JSON.stringify(requestMetadata)
  const streamProcessingMode = mode && STREAM_MODES[mode]
  return streamProcessingMode
    ? { headers, body: { 'amazon-bedrock-guardrailConfig': { streamProcessingMode } } }
    : { headers }
}

/** As the user guide's page on streams and guardrails writes them for InvokeModel. */
const STREAM_MODES: Record<NonNullable<Guardrail['streamMode']>, string> = {
  sync: 'SYNCHRONOUS',
  async: 'ASYNCHRONOUS',
}

export function guardrailHeaders({ id, version, trace }: Guardrail): Record<string, string> {
  return {
    'x-amzn-bedrock-guardrailidentifier': id,
    'x-amzn-bedrock-guardrailversion': version,
    ...(trace && { 'x-amzn-bedrock-trace': trace.toUpperCase() }),
  }
}

/** `auto` and `default` are what happens anyway. */
function tierOf(tier: string | undefined, { card, ignore }: Asking): string | undefined {
  if (tier === undefined || tier === 'auto') return undefined
  const { serviceTiers = ['default', 'priority', 'flex', 'reserved'] } = card.traits
  if ((serviceTiers || []).includes(tier)) return tier
  if (tier !== 'default') ignore('serviceTier')
  return undefined
}

function latencyOf(
  latency: 'standard' | 'optimized' | undefined,
  { card, ignore }: Asking,
): string | undefined {
  if (latency !== 'optimized') return undefined
  if (card.traits.latencyOptimized !== false) return latency
  ignore('latency')
  return undefined
}
