import { type ByteRange, rangeOf } from '../codecs/byte-range.ts'
import { attachmentNamed } from '../codecs/content-disposition.ts'
import { holdsVersion } from './conditional.ts'
import type { HttpContext } from './context.ts'
import { reply } from './reply.ts'

/** Something to download, which never changes. */
export interface Content {
  name: string
  mediaType: string
  /** Bytes. */
  size: number
  /** With its quotes. */
  etag: string
  open(range?: ByteRange): Promise<ReadableStream<Uint8Array>>
}

/** Sends a content or a range of it, as it is read. Browsers are told to keep it, not to show it. */
export async function sendContent(c: HttpContext, content: Content): Promise<Response> {
  const { name, mediaType, size, etag } = content
  const headers: Record<string, string> = { etag, 'accept-ranges': 'bytes' }
  if (holdsVersion(c, etag)) return reply(c, null, { status: 304, headers })

  const range = isCurrent(c, etag) ? rangeOf(c.req.header('range'), size) : undefined
  if (range === 'none') {
    headers['content-range'] = `bytes */${size}`
    return reply(c, null, { status: 416, headers })
  }
  if (range) headers['content-range'] = `bytes ${range.first}-${range.last}/${size}`
  Object.assign(headers, {
    'content-type': mediaType,
    'content-length': String(range ? range.last - range.first + 1 : size),
    'content-disposition': attachmentNamed(name),
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-transform',
  })
  // Nobody would ever read, and so close, what a HEAD request opened.
  const body = c.req.method === 'HEAD' ? null : await content.open(range)
  return reply(c, body, { status: range ? 206 : 200, type: mediaType, headers })
}

/** A range is only good for the version the caller has a part of (RFC 9110, 13.1.5). */
function isCurrent(c: HttpContext, etag: string): boolean {
  const condition = c.req.header('if-range')
  return condition === undefined || condition.trim() === etag
}
