import type { LogSink } from '../app/ports/log.ts'

/** Milliseconds a line may wait for others, and lines that do not wait. */
const PATIENCE = 50
const ENOUGH = 256

/** Writes text out, in order; calls back when it is out. */
type WriteOut = (text: string, done: () => void) => void

/** Lines to stdout, many to a write: a write costs more than making the line. */
export function createLineLog(
  write: WriteOut = (text, done) => process.stdout.write(text, done),
): LogSink {
  let waiting: (string | (() => string))[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () =>
    new Promise<void>((resolve) => {
      clearTimeout(timer)
      timer = undefined
      let text = ''
      for (const line of waiting) text += `${typeof line === 'string' ? line : line()}\n`
      waiting = []
      write(text, resolve)
    })
  const add = (line: string | (() => string)) => {
    waiting.push(line)
    if (waiting.length >= ENOUGH) void flush()
    else timer ??= setTimeout(flush, PATIENCE)
  }

  // Whoever reads our lines may go away; callers must be answered all the same.
  process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EPIPE') throw fault
  })
  process.on('exit', () => {
    if (waiting.length > 0) void flush()
  })
  return { write: add, later: add, flush }
}
