import { isTextual, type MediaKind, normaliseMediaType } from '../../codecs/media/media-type.ts'
import { entryOf } from '../../codecs/table.ts'

/** Format names of the service model by the media type they mean, in its order. */
const FORMATS: Record<MediaKind, Record<string, string>> = {
  image: { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  document: {
    pdf: 'application/pdf',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    html: 'text/html',
    txt: 'text/plain',
    md: 'text/markdown',
  },
  video: {
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    mp4: 'video/mp4',
    webm: 'video/webm',
    flv: 'video/x-flv',
    mpeg: 'video/mpeg',
    wmv: 'video/x-ms-wmv',
    three_gp: 'video/3gpp',
  },
  audio: {
    mp3: 'audio/mpeg',
    opus: 'audio/opus',
    wav: 'audio/wav',
    aac: 'audio/aac',
    flac: 'audio/flac',
    mp4: 'audio/mp4',
    ogg: 'audio/ogg',
    mkv: 'audio/x-matroska',
    pcm: 'audio/pcm',
    webm: 'audio/webm',
  },
}

/** Second names of formats above, which we read and never write. */
const OTHER_NAMES: Record<string, string> = {
  mpg: 'mpeg',
  mka: 'mkv',
  m4a: 'mp4',
  'x-aac': 'aac',
  mpga: 'mp3',
}

const OTHER_EXTENSIONS: Record<string, string> = { htm: 'html', markdown: 'md', text: 'txt' }

const KINDS = ['image', 'document', 'video', 'audio'] as const

const BY_MEDIA_TYPE: ReadonlyMap<string, { kind: MediaKind; format: string }> = new Map(
  KINDS.flatMap((kind) =>
    Object.entries(FORMATS[kind]).map(([format, type]) => [type, { kind, format }] as const),
  ),
)

/** The kind and format of a media type; undefined when Converse has none. Other text is text. */
export function formatOf(mediaType: string): { kind: MediaKind; format: string } | undefined {
  const type = normaliseMediaType(mediaType)
  if (type === undefined) return undefined
  const known = BY_MEDIA_TYPE.get(type)
  if (known) return known
  return isTextual(type) ? { kind: 'document', format: 'txt' } : undefined
}

/** The media type of a format; clients were recorded that write a media type for the format itself. */
export function mediaTypeOf(kind: MediaKind, format: string): string {
  const formats = FORMATS[kind]
  const known = entryOf(formats, format) ?? entryOf(formats, entryOf(OTHER_NAMES, format) ?? '')
  return known ?? (format.includes('/') ? format : `${kind}/${format}`)
}

/** The format of a document's file name; undefined for names without an extension that tells one. */
export function formatOfName(name: string): string | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (extension.length === name.length) return undefined
  const format = entryOf(OTHER_EXTENSIONS, extension) ?? extension
  return entryOf(FORMATS.document, format) ? format : undefined
}

/** For error messages: `png, jpeg, gif, webp`. */
export function formatNames(kind: MediaKind): string {
  return Object.keys(FORMATS[kind]).join(', ')
}
