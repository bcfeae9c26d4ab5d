import { entryOf } from '../table.ts'

/** The endings of file names by media type; what holds sound or film counts as film. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'image/bmp': ['bmp'],
  'image/tiff': ['tif', 'tiff'],
  'image/heic': ['heic'],
  'image/heif': ['heif'],
  'image/avif': ['avif'],
  'image/svg+xml': ['svg'],
  'application/pdf': ['pdf'],
  'application/msword': ['doc'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.ms-excel': ['xls'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.ms-powerpoint': ['ppt'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'application/rtf': ['rtf'],
  'application/zip': ['zip'],
  'text/csv': ['csv'],
  'text/tab-separated-values': ['tsv'],
  'text/html': ['html', 'htm'],
  'text/markdown': ['md', 'markdown'],
  'text/plain': ['txt', 'text', 'log'],
  'application/json': ['json'],
  'application/jsonl': ['jsonl'],
  'application/xml': ['xml'],
  'application/yaml': ['yaml', 'yml'],
  'audio/mpeg': ['mp3', 'mpga'],
  'audio/wav': ['wav'],
  'audio/flac': ['flac'],
  'audio/ogg': ['ogg', 'oga'],
  'audio/opus': ['opus'],
  'audio/aac': ['aac'],
  'audio/mp4': ['m4a'],
  'audio/x-matroska': ['mka'],
  'audio/pcm': ['pcm'],
  'video/mp4': ['mp4', 'm4v'],
  'video/webm': ['webm'],
  'video/x-matroska': ['mkv'],
  'video/quicktime': ['mov'],
  'video/x-flv': ['flv'],
  'video/mpeg': ['mpeg', 'mpg'],
  'video/x-ms-wmv': ['wmv'],
  'video/3gpp': ['3gp', '3gpp'],
  'video/x-msvideo': ['avi'],
}

const TYPE_BY_ENDING = new Map(
  Object.entries(ENDINGS).flatMap(([type, endings]) => endings.map((ending) => [ending, type])),
)

/** The media type that the ending of a file name claims: a claim for `sniffBytes`, no more. */
export function mediaTypeOfName(name: string): string | undefined {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? undefined : TYPE_BY_ENDING.get(name.slice(dot + 1).toLowerCase())
}

/** The ending that files of a media type have, with its dot; empty when none is known. */
export function endingOf(mediaType: string): string {
  const ending = entryOf(ENDINGS, mediaType)?.[0]
  return ending === undefined ? '' : `.${ending}`
}
