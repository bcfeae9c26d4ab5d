import { entryOf } from '../table.ts'
import { sniffMediaType } from './sniff-media.ts'

export type MediaKind = 'image' | 'document' | 'audio' | 'video'

/** Names people write, and the registered one that is meant. */
const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-ms-bmp': 'image/bmp',
  'image/x-bmp': 'image/bmp',
  'image/tif': 'image/tiff',
  'image/svg': 'image/svg+xml',
  'audio/mp3': 'audio/mpeg',
  'audio/mpga': 'audio/mpeg',
  'audio/x-mp3': 'audio/mpeg',
  'audio/x-mpeg': 'audio/mpeg',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-pn-wav': 'audio/wav',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/mp4a-latm': 'audio/mp4',
  'audio/x-flac': 'audio/flac',
  'audio/x-aac': 'audio/aac',
  'audio/aacp': 'audio/aac',
  'audio/x-hx-aac-adts': 'audio/aac',
  'audio/mka': 'audio/x-matroska',
  'audio/matroska': 'audio/x-matroska',
  'audio/pcm16': 'audio/pcm',
  'audio/x-pcm': 'audio/pcm',
  'application/ogg': 'audio/ogg',
  'video/mkv': 'video/x-matroska',
  'video/matroska': 'video/x-matroska',
  'video/mov': 'video/quicktime',
  'video/x-m4v': 'video/mp4',
  'video/flv': 'video/x-flv',
  'video/wmv': 'video/x-ms-wmv',
  'video/x-ms-asf': 'video/x-ms-wmv',
  'video/mpg': 'video/mpeg',
  'video/x-mpeg': 'video/mpeg',
  'video/3gpp2': 'video/3gpp',
  'video/avi': 'video/x-msvideo',
  'application/x-pdf': 'application/pdf',
  'application/csv': 'text/csv',
  'text/comma-separated-values': 'text/csv',
  'text/x-markdown': 'text/markdown',
  'text/md': 'text/markdown',
  'text/x-html': 'text/html',
  'application/xhtml+xml': 'text/html',
  'text/xml': 'application/xml',
  'text/json': 'application/json',
  'application/x-zip-compressed': 'application/zip',
}

/** Types that say nothing about the content. */
const NO_CLAIM: ReadonlySet<string> = new Set([
  '',
  'application/octet-stream',
  'binary/octet-stream',
  'application/unknown',
  'application/x-unknown',
  'unknown/unknown',
  '*/*',
])

/**
 * A claimed media type in lower case, without parameters and by its registered name; undefined when
 * it claims nothing or is no media type.
 */
export function normaliseMediaType(claim: string | null | undefined): string | undefined {
  if (!claim) return undefined
  const parameters = claim.indexOf(';')
  const type = (parameters === -1 ? claim : claim.slice(0, parameters)).trim().toLowerCase()
  if (NO_CLAIM.has(type) || !/^[\w.+-]+\/[\w.+-]+$/.test(type)) return undefined
  return entryOf(ALIASES, type) ?? type
}

const KINDS: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
}

/** What a normalised media type is to a model; whatever is no image, sound or film is a document. */
export function mediaKind(mediaType: string): MediaKind {
  return entryOf(KINDS, mediaType.slice(0, mediaType.indexOf('/'))) ?? 'document'
}

const TEXTUAL: ReadonlySet<string> = new Set([
  'application/json',
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/toml',
  'application/javascript',
  'application/typescript',
  'application/sql',
  'application/x-sh',
  'application/jsonl',
  'application/x-ndjson',
])

/** Whether the content of a normalised media type is text that can be read as it is. */
export function isTextual(mediaType: string): boolean {
  return mediaType.startsWith('text/') || TEXTUAL.has(mediaType)
}

/** Types whose every file shows by its first bytes what it is. */
const SELF_EVIDENT: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'audio/wav',
  'audio/flac',
])

/** Whether content of a normalised media type would be recognised, so that what is not has another. */
export const isSelfEvident = (mediaType: string): boolean => SELF_EVIDENT.has(mediaType)

/** Content that was only recognised from outside: there the claim is the finer word. */
const CONTAINERS: readonly (readonly [sniffed: RegExp, claimed: RegExp])[] = [
  [/^video\/mp4$/, /\/(mp4|quicktime|3gpp)$/],
  [/^video\/webm$/, /\/webm$/],
  [/^video\/x-matroska$/, /\/x-matroska$/],
  [/^audio\/(ogg|opus)$/, /^audio\/(ogg|opus)$/],
  [/^image\/heic$/, /^image\/heif$/],
  [/\/zip$/, /openxmlformats|opendocument|epub/],
  [/\/x-ole-storage$/, /^application\/(msword|vnd\.ms-)/],
]

/**
 * What bytes are, as a normalised media type: the content decides, unless it leaves room for the claim,
 * as text does between its kinds. Undefined when neither says anything.
 */
export function sniffBytes(bytes: Uint8Array, claim?: string): string | undefined {
  return settle(sniffMediaType(bytes), normaliseMediaType(claim))
}

/** `sniffBytes` for what `normaliseBase64` gives; only the places looked at are decoded. */
export function sniffBase64(base64: string, claim?: string): string | undefined {
  return settle(sniffMediaType(base64), normaliseMediaType(claim))
}

function settle(sniffed: string | undefined, claimed: string | undefined): string | undefined {
  if (claimed === undefined || sniffed === undefined) return sniffed ?? claimed
  if (isTextual(sniffed) && isTextual(claimed)) return claimed
  const roomForClaim = CONTAINERS.some(
    ([inside, outside]) => inside.test(sniffed) && outside.test(claimed),
  )
  return roomForClaim ? claimed : sniffed
}
