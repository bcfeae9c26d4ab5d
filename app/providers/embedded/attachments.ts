import { base64Size, normaliseBase64 } from '../../codecs/bytes/base64.ts'
import { sniffBase64 } from '../../codecs/media/media-type.ts'
import { type ImageSize, imageSize } from '../../codecs/pictures/image-size.ts'
import type { MediaPart, Part } from '../../conversation/conversation.ts'

/** What one look at an attachment's first bytes tells. */
export interface Attachment {
  part: MediaPart
  /** By the content, unless that leaves room for the claim. */
  mediaType?: string
  /** Undefined where the bytes are elsewhere (URL, S3, file) or unreadable. */
  bytes?: number
  image?: ImageSize
}

/** The attachments among some parts, those inside tool results included. */
export function attachmentsOf(parts: Part[]): Attachment[] {
  return parts.flatMap((part) => {
    if (part.type === 'tool-result') return attachmentsOf(part.content)
    return isMedia(part) ? [look(part)] : []
  })
}

export function look(part: MediaPart): Attachment {
  const { source, mediaType } = part
  if (source.kind === 'text') return { part, mediaType, bytes: source.text.length }
  if (source.kind !== 'base64') return { part, mediaType }
  const data = normaliseBase64(source.data)
  if (data === undefined) return { part, mediaType }
  return {
    part,
    mediaType: sniffBase64(data, mediaType),
    bytes: base64Size(data),
    image: part.type === 'image' ? imageSize(data) : undefined,
  }
}

function isMedia(part: Part): part is MediaPart {
  return part.type in ARTICLES
}

const ARTICLES: Record<MediaPart['type'], string> = {
  image: 'an image',
  document: 'a document',
  audio: 'a recording',
  video: 'a video',
}

/** `an image (image/png, 640 x 480 pixels, 12.0 KB)`. */
export function describeAttachment({ part, mediaType, bytes, image }: Attachment): string {
  const name = part.name ? ` named ${part.name}` : ''
  const facts = [
    mediaType ?? 'of unknown type',
    image && `${image.width} x ${image.height} pixels`,
    bytes === undefined ? whereabouts(part) : describeSize(bytes),
  ]
  return `${ARTICLES[part.type]}${name} (${facts.filter(Boolean).join(', ')})`
}

function whereabouts({ source }: MediaPart): string {
  if (source.kind === 'url') return `at ${source.url}`
  if (source.kind === 's3') return `at ${source.uri}`
  return source.kind === 'file' ? `kept as ${source.id}` : ''
}

function describeSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
