import type { Config } from '../config.ts'
import type { Usage } from '../conversation/events.ts'
import { GatewayError } from '../errors.ts'
import type { ExchangeRecord } from '../gateway/answer.ts'
import type { Metered } from '../gateway/metered.ts'
import type { CallerIdentity } from '../ports/caller.ts'
import type { LogSink } from '../ports/log.ts'

/** What is known of a request while it runs. One entry makes one line. */
export interface AccessEntry {
  id: string
  method: string
  /** Without the query, which may carry keys. */
  path: string
  /** Milliseconds of `performance.now`. */
  startedAt: number
  /** Who asked, once it is proven. */
  caller?: CallerIdentity
  /** The model the caller named, known before anybody has answered. */
  model?: string
  /** What the gateway wrote down. */
  record?: ExchangeRecord
  /** What went wrong; in a stream also after its headers were sent. */
  error?: GatewayError
  /** The answer goes on after its headers: whoever sends it writes the line. */
  streaming?: boolean
  /** Milliseconds until the first text of a stream. */
  firstTextAfter?: number
  /** What it was let in with. */
  metered?: Metered
  /** Keeps the platform waiting for work that begins when the request has ended. */
  linger?(work: Promise<unknown>): void
  /** The caller's limits as they stand now, as headers of the answer. */
  limitHeaders?(): Record<string, string>
}

export interface AccessLog {
  open(id: string, method: string, path: string): AccessEntry
  close(entry: AccessEntry, status: number): void
}

/** Told of every request that has ended. Must not throw: the answer is out. */
export interface AccessObserver {
  closed(entry: AccessEntry, end: Ending): void
}

type Level = 'debug' | 'info' | 'warning' | 'error'

const RANK: Record<Config['LOG_LEVEL'], number> = {
  debug: 0,
  info: 1,
  warning: 2,
  error: 3,
  silent: 4,
}

/** Paths that are asked for every few seconds by machines; they are logged at `debug`. */
const PROBES = new Set([
  '/health',
  '/v1/chat/completions/health',
  '/ping',
  '/docs',
  '/openapi.json',
  '/favicon.ico',
])

export interface AccessLogOptions {
  serverId?: () => string
  observers?: readonly AccessObserver[]
}

/** Writes one JSON line a request: who asked what of whom and at what price, never what was said. */
export function createAccessLog(
  sink: LogSink,
  least: Config['LOG_LEVEL'],
  { serverId, observers = [] }: AccessLogOptions = {},
): AccessLog {
  const threshold = RANK[least]
  return {
    open: (id, method, path) => ({ id, method, path, startedAt: performance.now() }),
    close(entry, status) {
      const level = levelOf(entry, status)
      if (RANK[level] < threshold && observers.length === 0) return
      const end: Ending = { status, level, at: Date.now(), after: performance.now() }
      for (const observer of observers) observer.closed(entry, end)
      if (RANK[level] < threshold) return
      const line = () => JSON.stringify(lineOf(entry, end, serverId))
      if (sink.later) sink.later(line)
      else sink.write(line())
    },
  }
}

function levelOf({ error, path, record }: AccessEntry, status: number): Level {
  const seriousness = Math.max(status, error?.status ?? 0)
  if (seriousness >= 500 || record?.notKept) return 'error'
  if (seriousness >= 400) return 'warning'
  return PROBES.has(path) || path.startsWith('/docs/') ? 'debug' : 'info'
}

/** What is known only when the answer is out. */
export interface Ending {
  status: number
  level: Level
  /** Unix milliseconds. */
  at: number
  /** Milliseconds of `performance.now`. */
  after: number
}

function lineOf(
  entry: AccessEntry,
  { status, level, at, after }: Ending,
  serverId?: () => string,
): Record<string, unknown> {
  const { record, error } = entry
  return {
    type: 'request',
    level,
    date: new Date(at).toISOString(),
    id: entry.id,
    method: entry.method,
    path: entry.path,
    status_code: error?.code === 'caller-left' ? error.status : status,
    execution_time_ms: rounded(after - entry.startedAt),
    first_token_ms: entry.firstTextAfter === undefined ? undefined : rounded(entry.firstTextAfter),
    outcome: outcomeOf(error),
    operation: record?.operation === 'chat' ? undefined : record?.operation,
    model_id: record?.model ?? entry.model,
    resolved_by: record?.resolvedBy === 'id' ? undefined : record?.resolvedBy,
    served_model_id: record?.servedModel,
    provider: record?.provider,
    region: record?.region,
    attempts: record?.attempts ?? error?.attempts,
    region_attempts: record?.tried,
    stream: record?.stream,
    stop_reason: record?.stop,
    ignored_params: record?.ignored?.length ? record.ignored : undefined,
    usage: record?.usage && usageOf(record.usage),
    error_code: error?.code,
    error_reason: error?.reason,
    error_param: error?.param,
    error_detail: error && detailOf(error),
    not_kept: record?.notKept && detailOf(record.notKept),
    server_id: serverId?.(),
  }
}

/** To microseconds. */
const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000

function outcomeOf(error: GatewayError | undefined): string {
  if (!error) return 'answered'
  if (error.code === 'caller-left') return 'caller-left'
  return error.status >= 500 ? 'failed' : 'refused'
}

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
