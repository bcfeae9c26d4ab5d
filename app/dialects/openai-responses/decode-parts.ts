import type { MediaPart, Part } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { type Located, locate } from '../media-location.ts'
import { audioType } from '../openai-audio-format.ts'
import { fileKind } from '../openai-file-kind.ts'
import type {
  WireContent,
  WireInputAudio,
  WireInputFile,
  WireInputImage,
  WirePart,
} from './wire-parts.ts'

/** What decoding a part needs to know of the request around it. */
interface PartContext {
  /** The path of the content, to name it: `input[0].content`. */
  at: string
  /** The time to live behind cache breakpoints. */
  cacheTtl: '5m' | '1h' | undefined
}

/** The parts of a message's content or of a tool's output. Throws naming the part that cannot be understood. */
export function decodeContent(content: WireContent, { at, cacheTtl }: PartContext): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts: Part[] = []
  for (let index = 0; index < content.length; index++) {
    const wire = content[index]!
    parts.push(decodePart(wire, `${at}[${index}]`))
    if (wire['prompt_cache_breakpoint']) {
      parts.push({ type: 'cache-point', ...(cacheTtl && { ttl: cacheTtl }) })
    }
  }
  return parts
}

function decodePart(wire: WirePart, at: string): Part {
  switch (wire.type) {
    case 'refusal':
      return { type: 'refusal', text: String(wire['refusal']) }
    case 'input_image':
      return imagePart(wire as WireInputImage, at)
    case 'input_file':
      return filePart(wire as WireInputFile, at)
    case 'input_audio':
      return audioPart(wire as WireInputAudio, at)
    default:
      return { type: 'text', text: String(wire['text']) }
  }
}

// Callers hand videos and documents over as images, having no part for them.
function imagePart({ image_url: url, file_id: id, detail }: WireInputImage, at: string): MediaPart {
  const text = typeof url === 'object' ? url?.url : url
  const param = text ? `${at}.image_url` : `${at}.file_id`
  const { source, mediaType } = text ? locate(text, param) : stored(id, `${at}.image_url`)
  return {
    type: mediaType === undefined ? 'image' : fileKind(mediaType, 'image'),
    source,
    param,
    ...(mediaType && { mediaType }),
    ...(detail && { detail }),
  }
}

function filePart(wire: WireInputFile, at: string): MediaPart {
  const { file_data: data, file_url: url, file_id: id, filename } = wire
  const param = data ? `${at}.file_data` : url ? `${at}.file_url` : `${at}.file_id`
  const written = data || url
  const { source, mediaType } = written ? locate(written, param) : stored(id, `${at}.file_data`)
  return {
    type: mediaType === undefined ? 'document' : fileKind(mediaType, 'document'),
    source,
    param,
    ...(mediaType && { mediaType }),
    ...(filename && { name: filename }),
  }
}

function audioPart({ input_audio: audio }: WireInputAudio, at: string): MediaPart {
  const param = `${at}.input_audio.data`
  const { source, mediaType = audioType(audio.format) } = locate(audio.data, param)
  return { type: 'audio', source, param, mediaType }
}

function stored(id: string | null | undefined, param: string): Located {
  if (id) return { source: { kind: 'file', id } }
  throw new GatewayError('invalid-request', `Missing required parameter: '${param}'.`, {
    param,
    reason: 'missing_required_parameter',
  })
}
