import type { HttpContext } from './context.ts'
import { securityHeaders } from './security-headers.ts'

export interface ReplyOptions {
  status?: number
  type?: string
  headers?: Record<string, string>
}

/**
 * Every answer that is not a stream of events leaves here, so every one carries the request id. The headers stay
 * a plain object: Node's server writes that one without ever making a `Headers` of it.
 */
export function reply(
  c: HttpContext,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  { status = 200, type = 'application/json', headers }: ReplyOptions = {},
): Response {
  const all: Record<string, string> = {
    'x-request-id': c.get('requestId'),
    ...securityHeaders(type, c.get('standing')),
    ...c.get('entry').limitHeaders?.(),
    ...headers,
  }
  if (body !== null) all['content-type'] = type
  const { bytesOut } = c.get('services').runtime
  if (bytesOut && body instanceof ReadableStream)
    return bytesOut({ status, headers: all, env: c.env }, body)
  const init: ResponseInit & { encodeBody?: 'manual' } = { status, headers: all }
  // Bytes are sent as they are; Workers would compress once more what says it is compressed.
  if (body instanceof Uint8Array) init.encodeBody = 'manual'
  return new Response(body, init)
}
