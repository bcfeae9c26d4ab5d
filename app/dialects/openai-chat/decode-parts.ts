import type { CachePointPart, MediaPart, Part, TextPart } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { type Located, locate } from '../media-location.ts'
import { audioType } from '../openai-audio-format.ts'
import { fileKind } from '../openai-file-kind.ts'
import { extrasOf, type Fields, unknownFields } from './extras.ts'
import type { WireAudioPart, WireContentPart, WireFilePart } from './wire-messages.ts'

/** What decoding a part needs to know of the request around it. */
interface PartContext {
  /** The path of the part, to name it: `messages[0].content[1]`. */
  at: string
  /** The time to live behind cache breakpoints that name none. */
  cacheTtl: '5m' | '1h' | undefined
}

/** The parts of a message's content. Throws naming the part that cannot be understood. */
export function decodeContent(
  content: string | readonly WireContentPart[] | null | undefined,
  { at, cacheTtl }: PartContext,
): Part[] {
  if (content === null || content === undefined) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts: Part[] = []
  for (let index = 0; index < content.length; index++) {
    const wire = content[index]!
    parts.push(decodePart(wire, `${at}[${index}]`))
    const point = cachePoint(wire, cacheTtl)
    if (point) parts.push(point)
  }
  return parts
}

/** The cache point that a part, message or tool asks for behind itself. */
export function cachePoint(
  wire: Record<string, unknown>,
  cacheTtl?: '5m' | '1h',
): CachePointPart | undefined {
  const control = wire['cache_control'] as { ttl?: '5m' | '1h' | null } | null | undefined
  const breakpoint = wire['prompt_cache_breakpoint']
  if (!control && !breakpoint) return undefined
  const ttl = control?.ttl ?? (breakpoint ? cacheTtl : undefined)
  return ttl ? { type: 'cache-point', ttl } : { type: 'cache-point' }
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(['type', 'text'])
const IMAGE_FIELDS: ReadonlySet<string> = new Set(['type', 'image_url'])
const VIDEO_FIELDS: ReadonlySet<string> = new Set(['type', 'video_url'])
const AUDIO_FIELDS: ReadonlySet<string> = new Set(['type', 'input_audio'])
const FILE_FIELDS: ReadonlySet<string> = new Set(['type', 'file'])

function decodePart(wire: WireContentPart, at: string): Part {
  switch (wire.type) {
    case 'text':
      return textPart(wire.text, unknownFields(wire, TEXT_FIELDS))
    case 'refusal':
      return { type: 'refusal', text: wire.refusal }
    case 'image_url':
      return visualPart(wire.image_url, {
        at: `${at}.image_url`,
        form: 'image_url',
        type: 'image',
        fields: unknownFields(wire, IMAGE_FIELDS),
      })
    case 'video_url':
      return visualPart(wire.video_url, {
        at: `${at}.video_url`,
        form: 'video_url',
        type: 'video',
        fields: unknownFields(wire, VIDEO_FIELDS),
      })
    case 'input_audio':
      return audioPart(wire, at)
    case 'file':
      return filePart(wire, at)
  }
}

function textPart(text: string, fields: Fields | undefined): TextPart {
  return fields === undefined
    ? { type: 'text', text }
    : { type: 'text', text, ...extrasOf({ fields }) }
}

interface VisualPlace {
  at: string
  form: 'image_url' | 'video_url'
  type: MediaPart['type']
  fields: Fields | undefined
}

// OpenAI has no part for video, so its callers hand videos and documents over as images.
function visualPart(
  wire: string | { url: string; detail?: string | null },
  { at, form, type: usual, fields }: VisualPlace,
): MediaPart {
  const url = typeof wire === 'string' ? wire : wire.url
  const param = typeof wire === 'string' ? at : `${at}.url`
  const { source, mediaType } = locate(url, param)
  const type = mediaType === undefined ? usual : fileKind(mediaType, usual)
  return {
    type,
    source,
    param,
    ...(mediaType && { mediaType }),
    ...(typeof wire === 'object' && wire.detail && { detail: wire.detail }),
    ...extrasOf({ form: FORMS[type] === form ? undefined : form, fields }),
  }
}

function audioPart(wire: WireAudioPart, at: string): MediaPart {
  const { data, format } = wire.input_audio
  const param = `${at}.input_audio.data`
  const { source, mediaType = audioType(format) } = locate(data, param)
  return {
    type: 'audio',
    source,
    param,
    mediaType,
    ...extrasOf({ fields: unknownFields(wire, AUDIO_FIELDS) }),
  }
}

function filePart(wire: WireFilePart, at: string): MediaPart {
  const { file } = wire
  const { source, mediaType, param } = locateFile(file, `${at}.file`)
  const type = mediaType === undefined ? 'document' : fileKind(mediaType, 'document')
  return {
    type,
    source,
    param,
    ...(mediaType && { mediaType }),
    ...(file.filename && { name: file.filename }),
    ...extrasOf({
      form: type === 'document' ? undefined : 'file',
      fields: unknownFields(wire, FILE_FIELDS),
    }),
  }
}

/** Where the file is, and the member that says so. */
function locateFile(file: WireFilePart['file'], at: string): Located & { param: string } {
  const located = (address: string, param: string) => ({ ...locate(address, param), param })
  if (file.file_data) return located(file.file_data, `${at}.file_data`)
  if (file.file_url) return located(file.file_url, `${at}.file_url`)
  if (file.file_id) {
    return { source: { kind: 'file', id: file.file_id }, param: `${at}.file_id` }
  }
  throw new GatewayError(
    'invalid-request',
    `Missing required parameter: '${at}.file_data'. A file needs file_data, file_id or file_url.`,
    { param: `${at}.file_data`, reason: 'missing_required_parameter' },
  )
}

/** The part type that carries a kind of attachment where nothing else was said. */
export const FORMS: Record<MediaPart['type'], string> = {
  image: 'image_url',
  video: 'video_url',
  audio: 'input_audio',
  document: 'file',
}
