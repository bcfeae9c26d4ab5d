import { mappedStream } from '../../codecs/bytes/byte-stream.ts'
import type { ReplyOptions } from '../answers/reply.ts'
import { sendBytes } from '../answers/send-bytes.ts'
import type { HttpContext } from '../context.ts'

/** Sends audio while it is spoken; the log is told when the first of it came. */
export function sendAudio(
  c: HttpContext,
  audio: ReadableStream<Uint8Array>,
  options: ReplyOptions,
): Response {
  const entry = c.get('entry')
  const timed = mappedStream(audio, (bytes) => {
    entry.firstTextAfter ??= performance.now() - entry.startedAt
    return bytes
  })
  return sendBytes(c, timed, options)
}
