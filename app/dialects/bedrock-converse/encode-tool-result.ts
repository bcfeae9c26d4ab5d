import type { MediaPart, Part, ToolResultPart } from '../../conversation/conversation.ts'
import { isBlank } from '../../conversation/repair.ts'
import { attachmentKind, encodeAttachment } from './attachments.ts'
import type { Encoding } from './encoding.ts'
import { DIALECT, type ToolResultBlock, type ToolResultContent } from './wire.ts'

/** Stands in a result that says nothing, for AWS refuses blank text and some models an empty list. */
const EMPTY_RESULT = '(no output)'

/** What a decoded tool result remembers of its wire form. */
export interface ToolResultExtras {
  /** The wire named no status. */
  statusless?: boolean
}

/** What a decoded text of a tool result remembers: that it was the other form than we would choose. */
export interface ResultTextExtras {
  form?: 'text' | 'json'
}

/** Content of a tool result that is media, by the names of `traits.toolResultMedia`. */
type ResultMedia = 'image' | 'document' | 'video'

/**
 * The only text of a result is sent as `json` when it is a JSON object, as recorded clients do; in mixed
 * company it stays text.
 */
export function encodeToolResult(part: ToolResultPart, encoding: Encoding): ToolResultBlock {
  const alone = part.content.length === 1
  const content = part.content.flatMap((piece) => encodeContent(piece, alone, encoding))
  const extras = part.extras?.[DIALECT] as ToolResultExtras | undefined
  const block: ToolResultBlock = {
    toolUseId: encoding.callId(part.callId),
    content: content.length > 0 ? content : [{ text: EMPTY_RESULT }],
  }
  if (part.isError) block.status = 'error'
  else if (!extras?.statusless) block.status = 'success'
  if (part.server !== undefined) block.type = part.server
  return block
}

function encodeContent(part: Part, alone: boolean, encoding: Encoding): ToolResultContent[] {
  switch (part.type) {
    case 'text': {
      const extras = part.extras?.[DIALECT] as ResultTextExtras | undefined
      return isBlank(part.text) ? [] : [encodeResultText(part.text, alone, extras?.form)]
    }
    case 'image':
    case 'document':
    case 'audio':
    case 'video':
      return encodeMedia(part, encoding)
    case 'native':
      if (part.dialect === DIALECT) return [part.value as ToolResultContent]
      encoding.ignore('toolResult')
      return []
    case 'refusal':
      return [{ text: part.text }]
    default:
      encoding.ignore(part.type === 'cache-point' ? 'cacheControl' : 'toolResult')
      return []
  }
}

function encodeResultText(
  text: string,
  alone: boolean,
  form: 'text' | 'json' | undefined,
): ToolResultContent {
  if (form === 'json') return { json: parseJson(text) ?? text }
  if (form === 'text' || !alone || text.trimStart()[0] !== '{') return { text }
  // Parsing would change the digits of long numbers, such as ids.
  const json = /\d{16}/.test(text) ? undefined : parseJson(text)
  return json === undefined ? { text } : { json }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not an error: text may begin with a brace.
    return undefined
  }
}

function encodeMedia(part: MediaPart, encoding: Encoding): ToolResultContent[] {
  const kind = attachmentKind(part)
  if (!isResultMedia(kind) || !fitsResult(kind, encoding)) {
    return [{ text: `(the ${kind} follows)` }]
  }
  const { image, document, video } = encodeAttachment(part, encoding)
  return [image ? { image } : document ? { document } : { video }]
}

const isResultMedia = (kind: string): kind is ResultMedia => kind !== 'audio'

function fitsResult(kind: ResultMedia, encoding: Encoding): boolean {
  const fitting = encoding.card.traits.toolResultMedia
  return fitting === undefined || fitting.includes(kind)
}

/** The attachments that a model's tool results cannot hold; they follow in the user's own words. */
export function overflowOf(part: ToolResultPart, encoding: Encoding): MediaPart[] {
  return part.content.filter((piece): piece is MediaPart => {
    if (!('source' in piece)) return false
    const kind = attachmentKind(piece)
    return !isResultMedia(kind) || !fitsResult(kind, encoding)
  })
}
