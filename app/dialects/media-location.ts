import { encodeBase64, normaliseBase64 } from '../codecs/bytes/base64.ts'
import { parseDataUrl } from '../codecs/media/data-url.ts'
import { mediaTypeOfName } from '../codecs/media/media-name.ts'
import type { MediaPart, MediaSource } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'

/** Where the bytes of an attachment are that is no mere text. */
export type LocatedSource = Exclude<MediaSource, { kind: 'text' }>

/** An attachment as it was written: where it is, and what the writer says it is. */
export interface Located {
  source: LocatedSource
  mediaType?: string
}

/** The longest scheme we know is `file-id`; base64 holds no colon. */
const SCHEME_SPAN = 32

/** Where an attachment is, from any of the ways in which callers write it. Throws naming `param`. */
export function locate(text: string, param: string): Located {
  const colon = text.slice(0, SCHEME_SPAN).indexOf(':')
  switch (colon === -1 ? '' : text.slice(0, colon).toLowerCase()) {
    case 'data':
      return fromDataUrl(text, param)
    case 'https':
    case 'http':
      if (!URL.canParse(text)) throw badSource(param, 'is not a valid URL')
      return { source: { kind: 'url', url: text } }
    case 's3':
      return fromS3(text)
    case 'file-id':
      return { source: { kind: 'file', id: text.slice(colon + 1) } }
    case '':
      return fromBase64(text, param)
    default:
      throw badSource(param, `has the unsupported scheme '${text.slice(0, colon)}'`)
  }
}

function fromDataUrl(url: string, param: string): Located {
  const { mediaType, base64 } = parseDataUrl(url, param)
  if (base64 === '') throw badSource(param, 'holds no data')
  return { source: { kind: 'base64', data: base64 }, ...(mediaType && { mediaType }) }
}

// A model may read the object itself, so that nobody here looks into it: its name is all there is.
function fromS3(uri: string): Located {
  const mediaType = mediaTypeOfName(uri)
  return { source: { kind: 's3', uri }, ...(mediaType && { mediaType }) }
}

function fromBase64(text: string, param: string): Located {
  const data = normaliseBase64(text)
  if (!data) throw badSource(param, 'is neither a URL nor base64')
  return { source: { kind: 'base64', data } }
}

/** The other way round: one text that says where an attachment is. */
export function locationText({
  source,
  mediaType,
}: Pick<MediaPart, 'source' | 'mediaType'>): string {
  switch (source.kind) {
    case 'base64':
      return mediaType ? `data:${mediaType};base64,${source.data}` : source.data
    case 'url':
      return source.url
    case 's3':
      return source.uri
    case 'file':
      return `file-id:${source.id}`
    case 'text':
      return `data:${mediaType ?? 'text/plain'};base64,${utf8(source.text)}`
  }
}

function utf8(text: string): string {
  return encodeBase64(new TextEncoder().encode(text))
}

function badSource(param: string, fault: string): GatewayError {
  return new GatewayError('invalid-request', `Invalid '${param}': the value ${fault}.`, {
    param,
    reason: 'invalid_value',
  })
}
