import type { Config } from '../../config.ts'
import type { GatewayError } from '../../errors.ts'
import type { ExchangeRecord } from '../../gateway/answer.ts'
import type { Metered } from '../../gateway/metered.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import type { LogSink } from '../../ports/log.ts'
import type { Surface } from '../surface.ts'
import { createDates, lineOf, toldOf } from './access-line.ts'
import type { RequestTrace } from './tracing.ts'

/** What is known of a request while it runs. One entry makes one line. */
export interface AccessEntry {
  id: string
  method: string
  /** Without the query, which may carry keys. */
  path: string
  /** Milliseconds of `performance.now`. */
  startedAt: number
  /** A header of the request by its lower-case name, until it has ended. */
  header?(name: string): string | undefined
  /** The IP address of the caller, where it may be told. */
  address?: string
  /** Whose path it is. */
  surface?: Pick<Surface, 'name' | 'voice' | 'answerHeaders'>
  /** The route that answers, known when it is found; for whoever asks. */
  route?(): string
  /** Where it stands in a trace; present where traces are made. */
  trace?: RequestTrace
  /** Who asked, once it is proven. */
  caller?: CallerIdentity
  /** The model the caller named, known before anybody has answered. */
  model?: string
  /** The body of the request, where it may be logged. */
  params?: unknown
  /** What the gateway wrote down. */
  record?: ExchangeRecord
  /** What went wrong; in a stream also after its headers were sent. */
  error?: GatewayError
  /** The answer goes on after its headers: whoever sends it writes the line. */
  streaming?: boolean
  /** Observers know that it streams. */
  openStream?: boolean
  /** Milliseconds until the first text of a stream. */
  firstTextAfter?: number
  /** Of a download. */
  bytesSent?: number
  /** What it was let in with. */
  metered?: Metered
  /** A line of it is written. */
  closed?: boolean
  /** Keeps the platform waiting for work that begins when the request has ended. */
  linger?(work: Promise<unknown>): void
  /** The caller's limits as they stand now, as headers of the answer. */
  limitHeaders?(): Record<string, string>
}

export interface AccessLog {
  open(id: string, method: string, path: string): AccessEntry
  /** Its headers are out, and it goes on. */
  stream(entry: AccessEntry): void
  close(entry: AccessEntry, status: number): void
}

/** Told of every request. Must not throw: the answer may be out. */
export interface AccessObserver {
  opened?(entry: AccessEntry): void
  /** Its answer streams. */
  streaming?(entry: AccessEntry): void
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
  '/dashboard',
  '/metrics',
  '/openapi.json',
  '/favicon.ico',
])

/** What pages consist of. */
const PAGES = /^\/(docs|pages)\//

export interface AccessLogOptions {
  serverId?: () => string
  observers?: readonly AccessObserver[]
}

/** What is known only when the answer is out. */
export interface Ending {
  /** As it is logged: 499 for a caller who left, whatever was sent. */
  status: number
  level: Level
  outcome: Outcome
  /** Unix milliseconds. */
  at: number
  /** Milliseconds of `performance.now`. */
  after: number
  /** It has ended before: its work went on when it had been answered. */
  again: boolean
}

export type Outcome = 'answered' | 'refused' | 'failed' | 'caller-left'

/** Writes one JSON line a request: who asked what of whom and at what price, never what was said. */
export function createAccessLog(
  sink: LogSink,
  least: Config['LOG_LEVEL'],
  { serverId, observers = [] }: AccessLogOptions = {},
): AccessLog {
  const threshold = RANK[least]
  const dateOf = createDates()
  const openers = observers.filter((one) => one.opened)
  const watchers = observers.filter((one) => one.streaming)
  return {
    open(id, method, path) {
      const entry = { id, method, path, startedAt: performance.now() }
      for (const observer of openers) observer.opened!(entry)
      return entry
    },
    stream(entry) {
      entry.streaming = true
      entry.openStream = true
      for (const observer of watchers) observer.streaming!(entry)
    },
    close(entry, status) {
      const level = levelOf(entry, status)
      const isWritten = RANK[level] >= threshold
      if (isWritten || observers.length > 0) {
        const end = endingOf(entry, status, level)
        for (const observer of observers) observer.closed(entry, end)
        if (isWritten) write(entry, end)
      }
      entry.closed = true
    },
  }

  function write(entry: AccessEntry, end: Ending): void {
    const told = toldOf(entry)
    const line = () => JSON.stringify(lineOf(entry, end, { told, serverId, dateOf }))
    if (sink.later) sink.later(line)
    else sink.write(line())
  }
}

function endingOf(entry: AccessEntry, sent: number, level: Level): Ending {
  const { error, closed = false } = entry
  const outcome = outcomeOf(error)
  const status = error && outcome === 'caller-left' ? error.status : sent
  return { status, level, outcome, at: Date.now(), after: performance.now(), again: closed }
}

function levelOf({ error, path, record }: AccessEntry, status: number): Level {
  const seriousness = Math.max(status, error?.status ?? 0)
  if (seriousness >= 500 || record?.notKept) return 'error'
  if (seriousness >= 400) return 'warning'
  return PROBES.has(path) || PAGES.test(path) ? 'debug' : 'info'
}

function outcomeOf(error: GatewayError | undefined): Outcome {
  if (!error) return 'answered'
  if (error.code === 'caller-left') return 'caller-left'
  return error.status >= 500 ? 'failed' : 'refused'
}
