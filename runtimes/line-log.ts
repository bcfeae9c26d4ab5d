import type { LogSink } from '../app/ports/log.ts'

/** Milliseconds a line may wait for others, and lines that do not wait. */
const PATIENCE = 50
const ENOUGH = 256
/** Letters that may wait for whoever reads our lines. What comes while there are more is lost, not the server. */
const MOST_UNREAD = 16 * 1024 * 1024

/** Writes text out, in order; calls back when it is out. */
export type WriteOut = (text: string, done: () => void) => void

/** Lines to stdout, many to a write: a write costs more than making the line. */
export function createLineLog(
  write: WriteOut = (text, done) => process.stdout.write(text, done),
): LogSink {
  let waiting: (string | (() => string))[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let unread = 0
  let lost = 0
  const flush = () =>
    new Promise<void>((resolve) => {
      clearTimeout(timer)
      timer = undefined
      let text = ''
      for (const line of waiting) text += `${typeof line === 'string' ? line : line()}\n`
      waiting = []
      unread += text.length
      write(text, () => {
        unread -= text.length
        if (lost > 0 && unread <= MOST_UNREAD) tellLost()
        resolve()
      })
    })
  const tellLost = () => {
    const told = { type: 'event', level: 'error', date: new Date().toISOString() }
    const message = `${lost} lines are lost: nobody read the log.`
    lost = 0
    add(JSON.stringify({ ...told, event: 'log_lines_lost', message }))
  }
  const add = (line: string | (() => string)) => {
    if (unread > MOST_UNREAD) {
      lost++
      return
    }
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
