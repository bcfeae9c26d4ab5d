import { VERSION } from '../../config/version.ts'
import type { Config } from '../../config.ts'
import type { LogSink } from '../../ports/log.ts'

export interface LifeOptions {
  config: Config
  log: LogSink
  serverId(): string
  /** What the server is made of, for the line of its start. */
  facts: Readonly<Record<string, unknown>>
}

/** The first and the last line of a server's log. */
export interface LifeLog {
  /** It listens. */
  started(): void
  /** Its last answer is out. */
  stopped(): void
}

export function createLifeLog({ config, log, serverId, facts }: LifeOptions): LifeLog {
  const createdAt = performance.now()
  const write = (type: string, more: object) => {
    if (config.LOG_LEVEL !== 'debug' && config.LOG_LEVEL !== 'info') return
    const told = { type, level: 'info', date: new Date().toISOString() }
    const who = { server_id: serverId(), server_version: VERSION }
    log.write(JSON.stringify({ ...told, ...more, ...who }))
  }
  const since = () => Math.round(performance.now() - createdAt)
  return {
    started: () => write('start', { server_start_time_ms: since(), ...facts }),
    stopped: () => write('stop', { server_uptime_ms: since() }),
  }
}
