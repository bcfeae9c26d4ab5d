import type { MediaPart, Part, TextPart } from '../../conversation/conversation.ts'
import { locationText } from '../media-location.ts'
import { FORMS } from './decode-parts.ts'
import { type Fields, ownOf } from './extras.ts'
import { audioFormat } from './vocabulary.ts'

/** How the parts of one message are written. */
interface ContentManner {
  /** The upstream knows `cache_control`. */
  cacheControl: boolean
  /** The message itself marks its end, so its last cache point needs no other mark. */
  markedMessage: boolean
}

/** The content of a message: a string for one plain text, else a list of parts. Skips what is no content. */
export function encodeContent(parts: readonly Part[], manner: ContentManner): string | Fields[] {
  const wires: Fields[] = []
  for (const part of parts) {
    if (part.type === 'text') wires.push(encodeText(part))
    else if (part.type === 'cache-point') mark(wires.at(-1), part.ttl, manner)
    else if (isMedia(part)) wires.push(encodeMedia(part))
  }
  const [only] = wires
  if (only === undefined) return ''
  const plain = wires.length === 1 && only['type'] === 'text' && Object.keys(only).length === 2
  return plain ? (only['text'] as string) : wires
}

export function isMedia(part: Part): part is MediaPart {
  return part.type in FORMS
}

function encodeText(part: TextPart): Fields {
  const { fields } = ownOf(part)
  return fields ? { type: 'text', text: part.text, ...fields } : { type: 'text', text: part.text }
}

/** Puts a cache point onto the part before it, unless that one carries the caller's own mark. */
function mark(before: Fields | undefined, ttl: '5m' | '1h' | undefined, manner: ContentManner) {
  if (before === undefined || manner.markedMessage || !manner.cacheControl) return
  if (before['cache_control'] || before['prompt_cache_breakpoint']) return
  before['cache_control'] = ttl ? { type: 'ephemeral', ttl } : { type: 'ephemeral' }
}

/** An attachment in the form it came in, else in the usual one of its kind. */
function encodeMedia(part: MediaPart): Fields {
  const { form = FORMS[part.type], fields } = ownOf(part)
  return { type: form, [form]: ENCODINGS[form]?.(part), ...fields }
}

const ENCODINGS: Record<string, (part: MediaPart) => Fields> = {
  image_url: (part) => ({ url: locationText(part), ...(part.detail && { detail: part.detail }) }),
  video_url: (part) => ({ url: locationText(part) }),
  input_audio: ({ source, mediaType }) => ({
    data: locationText({ source }),
    format: audioFormat(mediaType),
  }),
  file: encodeFile,
}

function encodeFile(part: MediaPart): Fields {
  const filename = part.name && { filename: part.name }
  const { source } = part
  if (source.kind === 'file') return { file_id: source.id, ...filename }
  if (source.kind === 'url') return { file_url: source.url, ...filename }
  // OpenAI takes no file without a name (openai/openai-agents-python#1513).
  return { file_data: locationText(part), filename: part.name ?? part.type }
}
