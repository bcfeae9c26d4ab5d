import type { Config } from '../../config.ts'
import type { GatewayError } from '../../errors.ts'
import type { LogSink } from '../../ports/log.ts'
import type { AccessEntry, AccessObserver, Ending, Level, Outcome } from './access-entry.ts'
import { createDates, lineOf, toldOf } from './access-line.ts'

export interface AccessLog {
  open(id: string, method: string, path: string): AccessEntry
  /** Its headers are out, and it goes on. */
  stream(entry: AccessEntry): void
  close(entry: AccessEntry, status: number): void
}

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

interface AccessLogOptions {
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
