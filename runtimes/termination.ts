import type { LogSink } from '../app/ports/log.ts'

/** How a server ends. */
export interface Ending {
  /** Takes no more connections; resolves when every running answer is out. */
  stop(): Promise<unknown>
  /** Closes what is still open; absent where only the end of the process does. */
  cut?(): void
  /** Writes down what would be lost. */
  flush?(): Promise<void>
  log: LogSink
  /** Seconds running answers get. */
  patience: number
}

/** On SIGTERM or SIGINT lets running answers finish, then ends the process; a second signal does not wait. */
export function endOnSignal({ stop, cut, flush, log, patience }: Ending): void {
  let ending = false
  const end = async () => {
    if (ending) process.exit(1)
    ending = true
    const finished = stop().then(() => true)
    if (!(await Promise.race([finished, pause(patience * 1000)]))) {
      cut?.()
      // Whoever was cut off writes a line of that.
      await pause(1)
    }
    await flush?.()
    await log.flush?.()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })
