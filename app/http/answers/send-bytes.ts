import type { HttpContext } from '../context.ts'
import { type ReplyOptions, reply } from './reply.ts'
import { errorOf } from './respond.ts'

/**
 * Sends what is large as it is read. The line in the access log is written when it has ended, well or not,
 * with the bytes that went out.
 */
export function sendBytes(
  c: HttpContext,
  body: ReadableStream<Uint8Array>,
  options: ReplyOptions,
): Response {
  const entry = c.get('entry')
  const log = c.get('log')
  entry.streaming = true
  return reply(c, body, {
    ...options,
    ended(outcome) {
      entry.bytesSent = outcome.bytes
      entry.error = errorOf(outcome)
      log.close(entry, options.status ?? 200)
    },
  })
}
