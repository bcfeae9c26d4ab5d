import { entryOf } from '../../codecs/table.ts'
import { newSpanId } from '../../codecs/trace-context.ts'
import type { StopReason, Usage } from '../../conversation/events.ts'
import type { ExchangeRecord, Operation } from '../../gateway/answer.ts'
import { SOLE_CALLER } from '../../ports/caller.ts'
import type { Span, SpanAttributes, SpanEvent } from '../../ports/traces.ts'
import type { AccessEntry, Ending, RequestTrace } from './access-entry.ts'

/** `performance.now` as Unix milliseconds. */
type At = (moment: number) => number

const LONGEST_NAME = 300

/**
 * A request that has ended as spans: the one we served, and the one in which a model was asked. Names by
 * OpenTelemetry's conventions for HTTP 1.41 and for generative AI (semantic-conventions-genai, in development);
 * nothing that was said is among them.
 */
export function requestSpans(
  entry: AccessEntry,
  { trace, end, originOf }: { trace: RequestTrace; end: Ending; originOf: OriginOf },
): Span[] {
  // The system's clock may have been set since the process began, so both ends are told by what it says now.
  const at: At = (moment) => end.at - (end.after - moment)
  const spans = [serverSpan(entry, { trace, end, at })]
  const { record } = entry
  if (record?.askedAt !== undefined) {
    const { provider = '', region } = record
    const server = serverOf(originOf(provider, region))
    spans.push(modelSpan(record, record.askedAt, { entry, trace, end, at, server }))
  }
  return spans
}

interface Told {
  trace: RequestTrace
  end: Ending
  at: At
}

/** Whom a provider asks in a region, as scheme, host and port. */
export type OriginOf = (provider: string, region: string | undefined) => string | undefined

/** A caller may write any other method, and callers must not choose the names of spans. */
const METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' '))

function serverSpan(entry: AccessEntry, { trace, end, at }: Told): Span {
  const { method, path, header, caller, error, address } = entry
  const route = routeOf(entry)
  const isKnown = METHODS.has(method)
  const named = isKnown ? method : 'HTTP'
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    state: trace.state,
    name: route === undefined ? named : `${named} ${route}`,
    kind: 'server',
    startedAt: at(entry.startedAt),
    endedAt: end.at,
    attributes: {
      'http.request.method': isKnown ? method : '_OTHER',
      'http.request.method_original': isKnown ? undefined : method,
      'http.route': route,
      'url.path': path,
      'url.scheme': entry.scheme,
      'http.response.status_code': end.status,
      'user_agent.original': header?.('user-agent')?.slice(0, LONGEST_NAME),
      'client.address': address,
      'error.type': end.outcome === 'answered' ? undefined : (error?.code ?? String(end.status)),
      'outcrop.request_id': entry.id,
      'outcrop.surface': entry.surface?.name,
      'outcrop.outcome': end.outcome,
      'outcrop.api_key_id': caller?.keyId === SOLE_CALLER.keyId ? undefined : caller?.keyId,
      'outcrop.tenant': caller?.tenant,
    },
    // What the caller did wrong is no fault of a server.
    failed: end.outcome === 'failed',
  }
}

/** As the contracts write it; what no route answers has none. */
function routeOf({ route }: AccessEntry): string | undefined {
  const pattern = route?.()
  return pattern === undefined || pattern.includes('*')
    ? undefined
    : pattern.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')
}

/** OpenTelemetry's word for an operation, or our own where it has none, and what comes of it. */
const OPERATIONS: Record<Operation, [name: string, output?: string]> = {
  chat: ['chat'],
  completion: ['text_completion'],
  embedding: ['embeddings'],
  rerank: ['rerank'],
  image: ['generate_content', 'image'],
  speech: ['generate_content', 'speech'],
  transcription: ['transcription', 'text'],
}

/** Platforms whose models have a name of their own there; others are called by ours. */
const PLATFORMS: Readonly<Record<string, string>> = { aws: 'aws.bedrock' }

/** In the words OpenTelemetry's examples take from OpenAI. */
const FINISHES: Record<StopReason, string> = {
  'end-turn': 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'context-window': 'length',
  'tool-use': 'tool_calls',
  pause: 'pause',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
}

function modelSpan(
  record: ExchangeRecord,
  askedAt: number,
  { entry, trace, end, at, server }: Told & { entry: AccessEntry; server: SpanAttributes },
): Span {
  const { operation, provider = '', stream, answeredAt, stop, region, servedModel } = record
  const model = (record.modelId ?? record.model).slice(0, LONGEST_NAME)
  const [name, output] = OPERATIONS[operation] ?? [operation]
  const isOver = answeredAt !== undefined && !stream
  // A fault of ours after the model had answered is not the model's.
  const error = isOver ? undefined : entry.error
  const first = entry.firstTextAfter
  return {
    traceId: trace.traceId,
    spanId: trace.askingSpanId ?? newSpanId(),
    parentSpanId: trace.spanId,
    state: trace.state,
    name: `${name} ${model}`,
    kind: 'client',
    startedAt: at(askedAt),
    endedAt: isOver ? at(answeredAt) : end.at,
    attributes: {
      'gen_ai.operation.name': name,
      'gen_ai.provider.name': entryOf(PLATFORMS, provider) ?? provider,
      'gen_ai.request.model': model,
      'gen_ai.request.stream': stream || undefined,
      'gen_ai.output.type': output,
      'gen_ai.response.model': servedModel?.slice(0, LONGEST_NAME),
      'gen_ai.response.finish_reasons': stop && [FINISHES[stop]],
      'gen_ai.response.time_to_first_chunk':
        first === undefined ? undefined : (entry.startedAt + first - askedAt) / 1000,
      ...usageOf(record.usage),
      ...server,
      'cloud.region': region,
      'error.type': error?.code,
      'outcrop.attempts': record.attempts ?? error?.attempts,
    },
    events: attemptsOf(entry, { askedAt, at }),
    failed: error !== undefined && end.outcome !== 'caller-left',
  }
}

function serverOf(origin: string | undefined): SpanAttributes {
  if (origin === undefined || !URL.canParse(origin)) return {}
  const { hostname, port, protocol } = new URL(origin)
  return {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'http:' ? 80 : 443),
  }
}

/** Input counts what the cache read and wrote, output what was thought. */
function usageOf(usage: Usage | undefined): SpanAttributes {
  if (!usage) return {}
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning } = usage
  return {
    'gen_ai.usage.input_tokens': input + cacheRead + cacheWrite,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cacheRead || undefined,
    'gen_ai.usage.cache_creation.input_tokens': cacheWrite || undefined,
    'gen_ai.usage.reasoning.output_tokens': reasoning || undefined,
  }
}

/** Places are asked one after the other, but for hedging, so their times add up to the moments they ended. */
function attemptsOf(
  { record, error }: AccessEntry,
  { askedAt, at }: { askedAt: number; at: At },
): SpanEvent[] | undefined {
  let ended = askedAt
  return (record?.tried ?? error?.tried)?.map(({ region, model, outcome, milliseconds }) => {
    ended += milliseconds
    return {
      name: 'outcrop.attempt',
      at: at(ended),
      attributes: {
        'cloud.region': region,
        'gen_ai.request.model': model,
        'outcrop.outcome': outcome,
        'outcrop.duration_ms': milliseconds,
      },
    }
  })
}
