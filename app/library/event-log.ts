import type { Config } from '../config.ts'
import type { Runtime } from '../ports/runtime.ts'

interface Happening {
  level: 'warning' | 'error'
  /** What to look for in the log: `usage_not_written`. */
  event: string
  [detail: string]: unknown
}

interface Log {
  config: Pick<Config, 'LOG_LEVEL'>
  runtime: Pick<Runtime, 'log'>
}

const UNHEARD: Record<Happening['level'], readonly Config['LOG_LEVEL'][]> = {
  warning: ['error', 'silent'],
  error: ['silent'],
}

/** Writes a line about what no request's own line tells, where LOG_LEVEL lets it. */
export function logEvent({ config, runtime }: Log, { level, ...told }: Happening): void {
  if (UNHEARD[level].includes(config.LOG_LEVEL)) return
  const date = new Date().toISOString()
  runtime.log.write(JSON.stringify({ type: 'event', level, date, ...told }))
}
