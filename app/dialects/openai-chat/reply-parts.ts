import type { Citation, MediaPart, NativePart, Part } from '../../conversation/conversation.ts'
import type { AnswerHead } from '../dialect.ts'
import { locationText } from '../media-location.ts'
import { type Fields, NAME } from './extras.ts'
import type { Manner } from './manner.ts'
import type { WireAnnotation } from './wire-reply.ts'

/**
 * What of an assistant's message has no common meaning: members of it or of one delta, and `logprobs` of
 * the choice. It rides in native parts and is written back by this dialect.
 */
interface NativeValue {
  /** How it is called where it has to be left out. */
  type?: string
  delta?: Fields
  logprobs?: Fields
}

export function nativePart(value: NativeValue): NativePart {
  return { type: 'native', dialect: NAME, value }
}

/** The value of a native part of ours. */
export function nativeValue(part: Part): NativeValue | undefined {
  return part.type === 'native' && part.dialect === NAME ? (part.value as NativeValue) : undefined
}

/** Adds a delta to what came before it, as OpenAI's SDK does: texts and lists grow, the rest is replaced. */
export function mergeFields(into: Fields, delta: Fields): void {
  for (const [key, value] of Object.entries(delta)) {
    const before = into[key]
    if (typeof before === 'string' && typeof value === 'string') into[key] = before + value
    else if (Array.isArray(before) && Array.isArray(value)) into[key] = [...before, ...value]
    else if (isFields(before) && isFields(value)) mergeFields(before, value)
    else into[key] = isFields(value) ? structuredClone(value) : value
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A citation of a page on the web; OpenAI's chat has no form for any other. Offsets in characters. */
export function annotation(
  citation: Citation,
  span: { start: number; end: number },
): WireAnnotation | undefined {
  if (!citation.url) return undefined
  const { start_index: start, end_index: end } = citation.location ?? {}
  return {
    type: 'url_citation',
    url_citation: {
      url: citation.url,
      title: citation.title ?? citation.url,
      start_index: typeof start === 'number' ? start : span.start,
      end_index: typeof end === 'number' ? end : span.end,
    },
  }
}

/** The other way round; offsets stay as they came. */
export function citationOf({ url_citation: cited }: WireAnnotation): Citation {
  const { url, title, start_index, end_index } = cited
  return { url, title, location: { start_index, end_index } }
}

const SPOKEN = 'audio_chatcmpl-'

/** Whether a recording has its id from `spokenAudio`. */
export const isSpokenHere = (id: string): boolean => id.startsWith(SPOKEN)

interface Recorded {
  head: AnswerHead
  index: number
}

/** Every choice has a recording of its own. */
export const audioId = ({ head, index }: Recorded): string =>
  index === 0 ? `audio_${head.id}` : `audio_${head.id}_${index}`

/** Spoken words. Nobody keeps them, so they cannot be referred to later: they expire at once. */
export function spokenAudio(part: MediaPart, transcript: string, place: Recorded) {
  return {
    id: audioId(place),
    data: part.source.kind === 'base64' ? part.source.data : locationText(part),
    transcript,
    expires_at: place.head.created,
  }
}

/** A picture made by the model, in the form OpenRouter gave it: OpenAI's chat has none. */
export function madeImage(part: MediaPart): { type: 'image_url'; image_url: { url: string } } {
  return { type: 'image_url', image_url: { url: locationText(part) } }
}

/** The free text inside a custom tool's arguments; what is no such JSON is taken as it is. */
export function customInput(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    const input = isFields(parsed) ? parsed['input'] : undefined
    return typeof input === 'string' ? input : text
  } catch {
    // The model did not keep to the schema; its words are still what it wants the tool to have.
    return text
  }
}

/** A call of a tool of free text, in the form its caller knows. */
export function textCall({ textFunctions }: Manner, name: string, input: string) {
  return textFunctions.has(name)
    ? { type: 'function' as const, function: { name, arguments: input } }
    : { type: 'custom' as const, custom: { name, input } }
}
