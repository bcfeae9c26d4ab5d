import { decodeBase64Text, normaliseBase64 } from '../../codecs/bytes/base64.ts'
import { isDataUrl, parseDataUrl } from '../../codecs/media/data-url.ts'
import { isTextual, normaliseMediaType } from '../../codecs/media/media-type.ts'
import type { MediaPart, MediaSource } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { Fields } from './extras.ts'
import type { WireDocumentBlock, WireImageBlock } from './wire-blocks.ts'

type WireSource = WireImageBlock['source'] | WireDocumentBlock['source']

/** An attachment as it was written: where it is, and what the writer says it is. */
interface Located {
  source: MediaSource
  mediaType?: string
}

const S3 = 's3://'
const FILE_ID = 'file-id:'

/** Where an attachment is. Throws naming `param`, the path of the source. */
export function decodeSource(wire: WireSource, param: string): Located {
  switch (wire.type) {
    case 'base64':
      return fromData(wire, `${param}.base64.data`)
    case 'url':
      return fromUrl(wire.url, `${param}.url.url`)
    case 'file':
      return { source: { kind: 'file', id: wire.file_id } }
    case 'text':
      return {
        source: { kind: 'text', text: wire.data },
        mediaType: wire.media_type ?? 'text/plain',
      }
    case 'content':
      return { source: { kind: 'text', text: textOf(wire.content) }, mediaType: 'text/plain' }
  }
}

/** What others read of a document made of blocks: its words. */
function textOf(content: string | readonly { type: string; text?: unknown }[]): string {
  if (typeof content === 'string') return content
  return content.map(({ text }) => (typeof text === 'string' ? text : '')).join('\n')
}

function fromData(wire: { media_type: string; data: string }, param: string): Located {
  const { data } = wire
  if (data.startsWith(S3) || data.startsWith(FILE_ID)) return fromUrl(data, param)
  const mediaType = wire.media_type
  if (isDataUrl(data)) return { mediaType, ...fromDataUrl(data, param) }
  const base64 = normaliseBase64(data)
  if (!base64) throw badSource(param, 'invalid base64 data')
  return { source: { kind: 'base64', data: base64 }, mediaType }
}

// Callers name stored files and S3 objects where a URL stands, for Anthropic has no source of its own for them.
function fromUrl(url: string, param: string): Located {
  if (url.startsWith(S3)) return { source: { kind: 's3', uri: url } }
  if (url.startsWith(FILE_ID)) return { source: { kind: 'file', id: url.slice(FILE_ID.length) } }
  if (isDataUrl(url)) return fromDataUrl(url, param)
  if (!/^https?:/i.test(url) || !URL.canParse(url)) throw badSource(param, 'invalid URL')
  return { source: { kind: 'url', url } }
}

function fromDataUrl(url: string, param: string): Located {
  const { mediaType, base64 } = parseDataUrl(url, param)
  if (base64 === '') throw badSource(param, 'the data URL holds no data')
  return { source: { kind: 'base64', data: base64 }, ...(mediaType && { mediaType }) }
}

function badSource(param: string, fault: string): GatewayError {
  return new GatewayError('invalid-request', `${param}: ${fault}`, { param })
}

/** Kinds of image that Claude reads. */
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
])

/** The source of an image or document on the wire. Throws for what has no form there. */
export function encodeSource(part: MediaPart): Fields {
  const { source, mediaType } = part
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'file', file_id: source.id }
    case 's3':
      return { type: 'url', url: source.uri }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'base64':
      return part.type === 'image'
        ? imageSource(source.data, mediaType, part.param)
        : documentSource(source.data, mediaType, part.param)
  }
}

function imageSource(data: string, mediaType: string | undefined, param: string | undefined) {
  const type = normaliseMediaType(mediaType)
  if (type === undefined || !IMAGE_TYPES.has(type)) throw badType('image', mediaType, param)
  // What the caller wrote stays as it was written wherever it names the same type.
  return { type: 'base64', media_type: type, data }
}

function documentSource(data: string, mediaType: string | undefined, param: string | undefined) {
  const type = normaliseMediaType(mediaType)
  if (type === 'application/pdf') return { type: 'base64', media_type: type, data }
  if (type !== undefined && isTextual(type)) {
    return { type: 'text', media_type: 'text/plain', data: decodeBase64Text(data) }
  }
  throw badType('document', mediaType, param)
}

function badType(kind: string, mediaType: string | undefined, param = 'messages'): GatewayError {
  const what = mediaType ? `the type "${mediaType}"` : 'an unknown type'
  const allowed = kind === 'image' ? 'JPEG, PNG, GIF and WebP' : 'PDF and text'
  return new GatewayError(
    'invalid-request',
    `${param}: the model reads no ${kind} of ${what}. It reads ${allowed}.`,
    { param },
  )
}
