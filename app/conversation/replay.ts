import type { Part } from './conversation.ts'
import type { Reply, ReplyEvent, WholePart } from './events.ts'

/** A whole reply as the events of a stream; `collect` makes it whole again. */
export function replay(reply: Reply): ReplyEvent[] {
  const { id, model, parts, end } = reply
  return [
    { type: 'reply-start', ...(id && { id }), ...(model && { model }) },
    ...parts.flatMap(partEvents),
    { type: 'reply-end', ...end },
  ]
}

function partEvents(part: Part, index: number): ReplyEvent[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'part-start', index, part: { type: 'text' } },
        ...delta(index, part.text),
        ...(part.citations ?? []).map<ReplyEvent>((citation) => ({
          type: 'part-citation',
          index,
          citation,
        })),
        { type: 'part-end', index },
      ]
    case 'reasoning': {
      const { type, text, extras: _, ...seal } = part
      return [
        { type: 'part-start', index, part: { type } },
        ...delta(index, text),
        { type: 'part-end', index, ...seal },
      ]
    }
    case 'tool-call': {
      const { arguments: text, ...head } = part
      return [
        { type: 'part-start', index, part: head },
        ...delta(index, text),
        { type: 'part-end', index },
      ]
    }
    default:
      return whole(part, index)
  }
}

function delta(index: number, text: string): ReplyEvent[] {
  return text === '' ? [] : [{ type: 'part-delta', index, text }]
}

function whole(part: WholePart, index: number): ReplyEvent[] {
  return [
    { type: 'part-start', index, part: { type: 'whole', part } },
    { type: 'part-end', index },
  ]
}
