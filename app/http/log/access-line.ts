import { VERSION } from '../../config/version.ts'
import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import { SOLE_CALLER } from '../../ports/caller.ts'
import type { AccessEntry, Ending } from './access-entry.ts'
import { loggable } from './loggable.ts'

/** What the request itself told, taken from it when it ends: nothing of it waits with its line. */
interface Told {
  agent?: string
  organization?: string
  amazonTrace?: string
  cloudfrontId?: string
  params?: unknown
}

/** The longest of the caller's own names that is shown whole. */
const LONGEST_NAME = 300

const shortened = (name: string | undefined) => name?.slice(0, LONGEST_NAME)

export function toldOf(entry: AccessEntry): Told {
  const { header, params } = entry
  // Whoever has the entry still must not keep the request.
  entry.header = undefined
  entry.params = undefined
  const said = (name: string) => shortened(header?.(name))
  return {
    agent: said('user-agent'),
    organization: said('openai-organization'),
    amazonTrace: said('x-amzn-trace-id'),
    cloudfrontId: said('x-amz-cf-id'),
    params: params === undefined ? undefined : loggable(params),
  }
}

interface Beside {
  told?: Told
  serverId?: (() => string) | undefined
  /** Unix milliseconds as text. */
  dateOf(at: number): string
}

/** Dates as in ISO 8601. Lines come many in a second, and all but its milliseconds is made once for them. */
export function createDates(): (at: number) => string {
  let second = Number.NaN
  let text = ''
  return (at) => {
    const now = Math.floor(at / 1000)
    if (now !== second) {
      second = now
      text = new Date(now * 1000).toISOString().slice(0, 20)
    }
    return `${text}${String(at - now * 1000).padStart(3, '0')}Z`
  }
}

/** Names as stdapi's log has them, where they mean the same. */
export function lineOf(
  entry: AccessEntry,
  end: Ending,
  { told = {}, serverId, dateOf }: Beside,
): Record<string, unknown> {
  const { record, error, trace, caller } = entry
  return {
    type: 'request',
    level: end.level,
    date: dateOf(end.at),
    id: entry.id,
    method: entry.method,
    path: entry.path,
    status_code: end.status,
    execution_time_ms: rounded(end.after - entry.startedAt),
    first_token_ms: entry.firstTextAfter === undefined ? undefined : rounded(entry.firstTextAfter),
    bytes_sent: entry.bytesSent,
    upstream_time_ms: record?.answeredAt && rounded(record.answeredAt - record.askedAt!),
    outcome: end.outcome,
    operation: record?.operation === 'chat' ? undefined : record?.operation,
    client_ip: entry.address,
    client_user_agent: told.agent,
    api_key_id: caller?.keyId === SOLE_CALLER.keyId ? undefined : caller?.keyId,
    tenant: caller?.tenant,
    request_user_id: shortened(record?.user),
    request_org_id: told.organization,
    amzn_trace_id: told.amazonTrace,
    cloudfront_request_id: told.cloudfrontId,
    trace_id: trace?.traceId,
    span_id: trace?.spanId,
    model_id: shortened(record?.model ?? entry.model),
    resolved_by: record?.resolvedBy === 'id' ? undefined : record?.resolvedBy,
    served_model_id: record?.servedModel,
    provider: record?.provider,
    region: record?.region,
    attempts: record?.attempts ?? error?.attempts,
    region_attempts: record?.tried ?? several(error?.tried),
    stream: record?.stream,
    stop_reason: record?.stop,
    ignored_params: record?.ignored?.length ? record.ignored : undefined,
    usage: record?.usage && usageOf(record.usage),
    error_code: error?.code,
    error_reason: error?.reason,
    error_param: shortened(error?.param),
    error_detail: error && detailOf(error),
    not_kept: record?.notKept && detailOf(record.notKept),
    request_params: told.params,
    server_id: serverId?.(),
    server_version: VERSION,
  }
}

const several = <T>(all: readonly T[] | undefined) => (all && all.length > 1 ? all : undefined)

/** To microseconds. */
const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000

function usageOf(usage: Usage): Record<string, unknown> {
  const input = usage.input + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0)
  return {
    input_tokens: input,
    output_tokens: usage.output,
    total_tokens: input + usage.output,
    cached_tokens: usage.cacheRead || undefined,
    cache_write_tokens: usage.cacheWrite || undefined,
    reasoning_tokens: usage.reasoning || undefined,
    images: usage.images,
    audio_seconds: usage.audioSeconds,
    characters: usage.characters,
    searches: usage.searches,
    estimated: usage.estimated,
  }
}

/**
 * What really happened, for the operator. A 400 keeps its cause to itself, for vendors quote the caller's
 * words in it; so do the engines in a `SyntaxError`.
 */
function detailOf(error: GatewayError): string[] | undefined {
  if (error.status === 400 || error.cause === undefined) return undefined
  if (!(error.cause instanceof Error)) return [`${typeof error.cause} thrown`]
  const details: string[] = []
  let cause: unknown = error.cause
  while (cause instanceof Error && details.length < 4) {
    details.push(cause instanceof SyntaxError ? cause.name : describe(cause, error))
    cause = cause.cause
  }
  return details
}

/** Only what nobody foresaw is shown with where it happened. */
function describe(cause: Error, error: GatewayError): string {
  const told =
    error.code === 'internal' && !(cause instanceof GatewayError)
      ? (cause.stack ?? `${cause.name}: ${cause.message}`)
      : `${cause.name}: ${cause.message}`
  return told.slice(0, 2000)
}
