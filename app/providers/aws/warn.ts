import type { Config } from '../../config.ts'
import type { LogSink } from '../../ports/log.ts'

/** Tells the operator of something that went wrong and was got over. Never holds what callers said. */
export type Warn = (message: string, details: Record<string, unknown>) => void

export function createWarn(sink: LogSink, least: Config['LOG_LEVEL']): Warn {
  if (least === 'error' || least === 'silent') return () => {}
  return (message, details) => {
    const date = new Date().toISOString()
    sink.write(JSON.stringify({ type: 'provider', level: 'warning', date, message, ...details }))
  }
}
