import { streamOfBytes } from '../codecs/byte-stream.ts'
import { asGatewayError, GatewayError } from '../errors.ts'
import type { HttpContext } from './context.ts'
import { type ReplyOptions, reply } from './reply.ts'

/**
 * Sends audio while it is spoken. The access log's line is written when it has ended: an answer that breaks
 * off behind its headers can say so nowhere else.
 */
export function sendAudio(
  c: HttpContext,
  audio: ReadableStream<Uint8Array>,
  options: ReplyOptions,
): Response {
  const entry = c.get('entry')
  const log = c.get('log')
  const reader = audio.getReader()
  let isOver = false
  const close = (error?: GatewayError) => {
    if (isOver) return
    isOver = true
    entry.error = error
    log.close(entry, 200)
  }
  entry.streaming = true
  const body = streamOfBytes({
    async read() {
      try {
        const { done, value } = await reader.read()
        if (done) close()
        else entry.firstTextAfter ??= performance.now() - entry.startedAt
        return value
      } catch (thrown) {
        close(asGatewayError(thrown))
        throw thrown
      }
    },
    cancel() {
      close(new GatewayError('caller-left', 'The caller left before the answer was complete.'))
      void reader.cancel().catch(() => {})
    },
  })
  return reply(c, body, options)
}
