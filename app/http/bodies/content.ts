import { type ByteRange, rangeOf } from '../../codecs/bytes/byte-range.ts'
import { attachmentNamed } from '../../codecs/multipart/content-disposition.ts'
import { GatewayError } from '../../errors.ts'
import { holdsVersion } from '../answers/conditional.ts'
import { reply } from '../answers/reply.ts'
import { sendBytes } from '../answers/send-bytes.ts'
import type { HttpContext } from '../context.ts'

/** Something to download, which never changes. */
interface Content {
  name: string
  mediaType: string
  /** Bytes. */
  size: number
  /** With its quotes. */
  etag: string
  open(range?: ByteRange): Promise<ReadableStream<Uint8Array>>
  /** A URL past this server; absent where there is none. */
  locate?(): Promise<string>
}

/**
 * Sends a content or a range of it, as it is read; what the platform cannot send is left to whoever keeps it.
 * Browsers are told to keep it, not to show it. Throws `range-not-satisfiable`.
 */
export async function sendContent(c: HttpContext, content: Content): Promise<Response> {
  const { name, mediaType, size, etag } = content
  const headers: Record<string, string> = { etag, 'accept-ranges': 'bytes' }
  if (holdsVersion(c, etag)) return reply(c, null, { status: 304, headers })

  // A range is for GET alone (RFC 9110, 14.2).
  const isRanged = c.req.method !== 'HEAD' && isCurrent(c, etag)
  const range = isRanged ? rangeOf(c.req.header('range'), size) : undefined
  if (range === 'none') throw notThere(size)
  if (range) headers['content-range'] = `bytes ${range.first}-${range.last}/${size}`
  const length = range ? range.last - range.first + 1 : size
  Object.assign(headers, {
    'content-type': mediaType,
    'content-length': String(length),
    'content-disposition': attachmentNamed(name),
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-transform',
  })
  const options = { status: range ? 206 : 200, type: mediaType, headers }
  // Nobody would ever read, and so close, what a HEAD request opened.
  if (c.req.method === 'HEAD') return reply(c, null, options)
  const { largestAnswer } = c.get('services').runtime
  if (content.locate && largestAnswer !== undefined && length > largestAnswer) {
    return sendElsewhere(c, await content.locate())
  }
  return sendBytes(c, await content.open(range), options)
}

/** Whoever follows asks for the same range again: clients keep the header. */
function sendElsewhere(c: HttpContext, location: string): Response {
  const headers = { location, 'cache-control': 'private, no-store' }
  return reply(c, null, { status: 307, headers })
}

function notThere(size: number): GatewayError {
  return new GatewayError(
    'range-not-satisfiable',
    `The file has ${size} bytes, and none in the range that was asked for.`,
    { param: 'Range', size },
  )
}

/** A range is only good for the version the caller has a part of (RFC 9110, 13.1.5). */
function isCurrent(c: HttpContext, etag: string): boolean {
  const condition = c.req.header('if-range')
  return condition === undefined || condition.trim() === etag
}
