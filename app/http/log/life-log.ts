import { VERSION } from '../../config/version.ts'
import type { Config } from '../../config.ts'
import type { LogSink } from '../../ports/log.ts'

interface LifeOptions {
  config: Config
  log: LogSink
  serverId(): string
  /** What the server is made of, for the line of its start. */
  facts: Readonly<Record<string, unknown>>
  /** Requests whose usage is not written, which nobody will write after the end. */
  unwritten?(): number | undefined
}

/** The first and the last line of a server's log. */
export interface LifeLog {
  /** It listens. */
  started(): void
  /** Its last answer is out. */
  stopped(): void
}

export function createLifeLog({ config, log, serverId, facts, unwritten }: LifeOptions): LifeLog {
  const createdAt = performance.now()
  const hears = (level: 'info' | 'error') =>
    level === 'error'
      ? config.LOG_LEVEL !== 'silent'
      : config.LOG_LEVEL === 'debug' || config.LOG_LEVEL === 'info'
  const write = (type: string, more: object, level: 'info' | 'error' = 'info') => {
    if (!hears(level)) return
    const told = { type, level, date: new Date().toISOString() }
    const who = { server_id: serverId(), server_version: VERSION }
    log.write(JSON.stringify({ ...told, ...more, ...who }))
  }
  const since = () => Math.round(performance.now() - createdAt)
  return {
    started: () => write('start', { server_start_time_ms: since(), ...facts }),
    stopped() {
      const lost = unwritten?.() ?? 0
      if (lost === 0) write('stop', { server_uptime_ms: since() })
      else write('stop', { server_uptime_ms: since(), usage_lost: lost }, 'error')
    },
  }
}
