import type { LogSink } from '../app/ports/log.ts'

/** How a server ends. */
export interface Ending {
  /** Takes no more connections; resolves when every running answer is out. */
  stop(): Promise<unknown>
  log: LogSink
  /** Seconds running answers get. */
  patience: number
}

/** On SIGTERM or SIGINT lets running answers finish, then ends the process; a second signal does not wait. */
export function endOnSignal({ stop, log, patience }: Ending): void {
  let ending = false
  const end = async () => {
    if (ending) process.exit(1)
    ending = true
    await Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, patience * 1000))])
    await log.flush?.()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}
