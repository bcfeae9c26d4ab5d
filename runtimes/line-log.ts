import type { LogSink } from '../app/ports/log.ts'

/** Milliseconds a line may wait for others, and characters that do not wait. */
const PATIENCE = 50
const ENOUGH = 64 * 1024

/** Writes text out, in order; calls back when it is out. */
export type WriteOut = (text: string, done: () => void) => void

/** Lines to stdout, many to a write: a write costs more than making the line. */
export function createLineLog(
  write: WriteOut = (text, done) => process.stdout.write(text, done),
): LogSink {
  let waiting = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () =>
    new Promise<void>((resolve) => {
      clearTimeout(timer)
      timer = undefined
      const text = waiting
      waiting = ''
      write(text, resolve)
    })

  process.on('exit', () => {
    if (waiting) void flush()
  })
  return {
    write(line) {
      waiting += `${line}\n`
      if (waiting.length >= ENOUGH) void flush()
      else timer ??= setTimeout(flush, PATIENCE)
    },
    flush,
  }
}
