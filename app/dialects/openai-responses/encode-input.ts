import type {
  Conversation,
  MediaPart,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/conversation.ts'
import type { Fields } from '../extras.ts'
import { locationText } from '../media-location.ts'
import { NAME, ownOf } from './extras.ts'
import { openItem } from './thought-item.ts'

/** What an upstream's request is written with. */
interface InputManner {
  /** Tool names as the upstream takes them. */
  nameOf(name: string): string
  /** Gathers what could not be said, to be shown to the caller. */
  ignored: string[]
}

/** The turns as items. What the assistant said, thought and called stays in its order. */
export function encodeInput({ turns }: Conversation, manner: InputManner): Fields[] {
  return turns.flatMap((turn) => {
    for (const part of turn.parts) noteForeign(part, manner)
    return turn.role === 'assistant' ? assistantItems(turn, manner) : saidItems(turn)
  })
}

// Another dialect's own blocks are left out, and named.
function noteForeign(part: Part, manner: InputManner): void {
  if (part.type === 'tool-result') for (const piece of part.content) noteForeign(piece, manner)
  if (part.type !== 'native' || part.dialect === NAME) return
  const type = (part.value as { type?: unknown } | null)?.type
  manner.ignored.push(typeof type === 'string' ? type : part.dialect)
}

function saidItems(turn: Turn): Fields[] {
  const results = turn.parts.filter(
    (part): part is ToolResultPart => part.type === 'tool-result' && !part.server,
  )
  const content = turn.parts.flatMap(inputPart)
  const [only] = content
  const isPlain = content.length === 1 && only?.['type'] === 'input_text'
  const said = { role: turn.role, content: isPlain ? only!['text'] : content }
  return [...results.map(resultItem), ...(content.length > 0 ? [said] : [])]
}

function resultItem({ callId, content }: ToolResultPart): Fields {
  const isWords = content.every(({ type }) => type === 'text' || type === 'cache-point')
  const words = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const output = isWords ? words : content.flatMap(inputPart)
  return { type: 'function_call_output', call_id: callId, output }
}

function inputPart(part: Part): Fields[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text }]
    case 'image':
      return [
        {
          type: 'input_image',
          image_url: locationText(part),
          detail: part.detail ?? 'auto',
        },
      ]
    case 'document':
    case 'audio':
    case 'video':
      return [filePart(part)]
    default:
      return []
  }
}

function filePart(part: MediaPart): Fields {
  const { source, name } = part
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url }
  return { type: 'input_file', filename: name ?? part.type, file_data: locationText(part) }
}

function assistantItems(turn: Turn, manner: InputManner): Fields[] {
  const items: Fields[] = []
  let said: Fields[] | undefined
  for (const part of turn.parts) {
    const piece = outputPart(part)
    if (piece) {
      if (said) {
        said.push(piece)
        continue
      }
      said = [piece]
      items.push({ type: 'message', role: 'assistant', content: said })
      continue
    }
    const item = itemOf(part, manner)
    if (!item) continue
    said = undefined
    items.push(item)
  }
  return items
}

function outputPart(part: Part): Fields | undefined {
  if (part.type === 'text') return { type: 'output_text', text: part.text, annotations: [] }
  return part.type === 'refusal' ? { type: 'refusal', refusal: part.text } : undefined
}

function itemOf(part: Part, manner: InputManner): Fields | undefined {
  if (part.type === 'reasoning') return thoughtItem(part, manner)
  if (part.type === 'native') return part.dialect === NAME ? (part.value as Fields) : undefined
  return part.type === 'tool-call' && !part.server ? callItem(part, manner) : undefined
}

/** Thoughts of other makers mean nothing to this upstream, and unsigned words are never passed off as one. */
function thoughtItem(part: ReasoningPart, { ignored }: InputManner): Fields | undefined {
  const item =
    ownOf(part).item ?? (part.signature === undefined ? undefined : openItem(part.signature))
  if (!item) ignored.push('thought')
  return item
}

const callItem = (
  { id, name, arguments: text }: ToolCallPart,
  { nameOf }: InputManner,
): Fields => ({
  type: 'function_call',
  call_id: id,
  name: nameOf(name),
  arguments: text,
})
