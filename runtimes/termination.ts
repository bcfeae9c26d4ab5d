import { GatewayError } from '../app/errors.ts'
import type { LogSink } from '../app/ports/log.ts'
import { onLauncherGone } from './on-launcher-gone.ts'

/** How a server ends. */
interface Ending {
  /** Takes no more connections; resolves when every running answer is out. */
  stop(): Promise<unknown>
  /** Has what still runs say why it ends. */
  endAnswers(why: GatewayError): void
  /** Closes what is still open; absent where only the end of the process does. */
  cut?(): void
  /** Writes down what would be lost. */
  flush(): Promise<void>
  log: LogSink
  /** Seconds running answers get. */
  patience: number
}

/** Milliseconds in which those who are cut off may read why. */
const LAST_WORDS = 500

/**
 * On SIGTERM or SIGINT, or when the `npm start` that runs it is gone, lets running answers finish, then ends the
 * process: with 1 where some had to be cut off, which they are told. A second signal does not wait.
 */
export function endOnSignal({ stop, endAnswers, cut, flush, log, patience }: Ending): void {
  let ending = false
  const end = async () => {
    if (ending) process.exit(1)
    ending = true
    const finished = stop().then(() => true)
    const isOver = (milliseconds: number) => Promise.race([finished, pause(milliseconds)])
    const isWell = await isOver(patience * 1000)
    if (!isWell) {
      endAnswers(shuttingDown())
      if (!(await isOver(LAST_WORDS))) {
        cut?.()
        // Whoever was cut off writes a line of that.
        await pause(1)
      }
    }
    await flush()
    // Nobody may read our lines any more.
    await Promise.race([log.flush?.(), pause(LAST_WORDS)])
    process.exit(isWell ? 0 : 1)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // Where a terminal tells all of them at once, the launcher is no second signal.
  onLauncherGone(() => ending || end())
}

const shuttingDown = () =>
  new GatewayError('overloaded', 'The server is shutting down. Retry the request.', {
    retryAfter: 1,
  })

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })
