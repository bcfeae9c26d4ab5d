import { encodeBase64 } from '../../codecs/bytes/base64.ts'
import type { MediaKind } from '../../codecs/media/media-type.ts'
import type { MediaPart } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { Encoding } from './encoding.ts'
import { formatNames, formatOf, formatOfName } from './media-formats.ts'
import {
  type BlobSource,
  type ContentBlock,
  DIALECT,
  type DocumentBlock,
  type DocumentSource,
} from './wire.ts'

/** What a decoded document remembers of its wire form, where our words would lose it. */
export interface DocumentExtras {
  name?: string
  source?: DocumentSource
  /** The wire named no format. */
  formatless?: boolean
}

const TRAIT = {
  image: 'images',
  document: 'documents',
  video: 'video',
  audio: 'audio',
} as const

/** What kind of block a part becomes: its media type decides, for clients send videos as images. */
export function attachmentKind(part: MediaPart): MediaKind {
  return (part.mediaType && formatOf(part.mediaType)?.kind) || part.type
}

/** An attachment as a block. Throws `GatewayError` for what the model or the wire cannot take. */
export function encodeAttachment(part: MediaPart, encoding: Encoding): ContentBlock {
  const kind = attachmentKind(part)
  const { traits, id } = encoding.card
  if (traits[TRAIT[kind]] === false) {
    throw new GatewayError(
      'unsupported-parameter',
      `The model ${id} does not read ${kind} input.`,
      { param: part.param ?? 'messages' },
    )
  }
  if (kind === 'document') return { document: encodeDocument(part, encoding) }
  const format = mediaFormat(part, kind)
  const source = encodeSource(part, kind, encoding)
  if (kind === 'image') {
    if (part.detail !== undefined && part.detail !== 'auto') encoding.ignore('detail')
    return { image: { format, source } }
  }
  return kind === 'video' ? { video: { format, source } } : { audio: { format, source } }
}

function encodeDocument(part: MediaPart, encoding: Encoding): DocumentBlock {
  const own = part.extras?.[DIALECT] as DocumentExtras | undefined
  const block: DocumentBlock = {
    name: encoding.documents.name(part.name, own?.name),
    source: own?.source ?? encodeSource(part, 'document', encoding),
  }
  if (!own?.formatless) block.format = documentFormat(part)
  if (part.context !== undefined) block.context = part.context
  if (part.citations !== undefined) block.citations = { enabled: part.citations }
  return block
}

function documentFormat(part: MediaPart): string {
  if (part.mediaType) return mediaFormat(part, 'document')
  const format = part.name ? formatOfName(part.name) : undefined
  if (format) return format
  if (part.source.kind === 'text') return 'txt'
  throw unsupportedFormat('document', part)
}

function mediaFormat(part: MediaPart, kind: MediaKind): string {
  const known = part.mediaType ? formatOf(part.mediaType) : undefined
  if (known?.kind === kind) return known.format
  throw unsupportedFormat(kind, part)
}

function unsupportedFormat(kind: MediaKind, { mediaType, param }: MediaPart): GatewayError {
  const what = mediaType ? `The type "${mediaType}"` : `An attachment of unknown type`
  return new GatewayError(
    'invalid-request',
    `${what} cannot be sent as ${kind === 'image' || kind === 'audio' ? 'an' : 'a'} ${kind}. Supported formats: ${formatNames(kind)}.`,
    { param: param ?? 'messages' },
  )
}

function encodeSource(
  { source, param = 'messages' }: MediaPart,
  kind: MediaKind,
  encoding: Encoding,
): BlobSource {
  switch (source.kind) {
    case 'base64':
      return { bytes: source.data }
    case 'text':
      // Bytes are read by every model that takes documents; `source.text` was never seen on the wire.
      return { bytes: encodeBase64(new TextEncoder().encode(source.text)) }
    case 's3': {
      const { traits, id } = encoding.card
      if (traits.s3 && !traits.s3.includes(kind)) {
        const message = `The model ${id} does not read ${kind} input from S3.`
        throw new GatewayError('unsupported-parameter', message, { param })
      }
      const { uri, bucketOwner } = source
      return { s3Location: bucketOwner ? { uri, bucketOwner } : { uri } }
    }
    default:
      throw new GatewayError('invalid-request', 'An attachment could not be read.', {
        param,
        cause: new Error(`a ${source.kind} source reached the encoder unresolved`),
      })
  }
}
