import type { LogSink } from '../app/ports/log.ts'

/** One `console.log` a line, where the platform collects lines itself and may freeze us between requests. */
export const consoleLog: LogSink = { write: (line) => console.log(line) }
