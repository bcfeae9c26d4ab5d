import { watchedStream } from '../../codecs/bytes/byte-stream.ts'
import type { BytesEnd } from '../../ports/stream-out.ts'
import type { HttpContext } from '../context.ts'
import { securityHeaders } from './security-headers.ts'
import { timingHeaders } from './timing-headers.ts'

export interface ReplyOptions {
  status?: number
  type?: string
  headers?: Record<string, string>
  /** Of a stream: called once, when it is out, has failed, or nobody takes it any more. */
  ended?(end: BytesEnd): void
}

/**
 * Every answer that is not a stream of events leaves here, so every one carries the request id. The headers stay
 * a plain object: Node's server writes that one without ever making a `Headers` of it.
 */
export function reply(
  c: HttpContext,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  { status = 200, type = 'application/json', headers, ended }: ReplyOptions = {},
): Response {
  const entry = c.get('entry')
  // What is copied comes first: engines copy into an empty object much faster.
  const all: Record<string, string> = { ...securityHeaders(type, c.get('standing')) }
  all['x-request-id'] = entry.id
  const named = entry.surface?.voice.requestIdHeader
  if (named) all[named] = entry.id
  if (entry.limitHeaders) Object.assign(all, entry.limitHeaders())
  Object.assign(all, timingHeaders(entry), headers)
  if (body !== null) all['content-type'] = type
  if (entry.method === 'HEAD') tellLength(all, body)
  const { bytesOut } = c.get('services').runtime
  if (body instanceof ReadableStream) {
    if (bytesOut) return bytesOut({ status, headers: all, env: c.env }, body, ended)
    return new Response(ended ? watchedStream(body, ended) : body, { status, headers: all })
  }
  const init: ResponseInit & { encodeBody?: 'manual' } = { status, headers: all }
  // Bytes are sent as they are; Workers would compress once more what says it is compressed.
  if (body instanceof Uint8Array) init.encodeBody = 'manual'
  return new Response(body, init)
}

/** Hono takes the body of an answer to HEAD away, and engines would then say that GET has none either. */
function tellLength(headers: Record<string, string>, body: Parameters<typeof reply>[1]): void {
  if (body === null || body instanceof ReadableStream) return
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  headers['content-length'] ??= String(bytes.length)
}
