import type { Part } from '../../conversation/conversation.ts'
import type { PartHead, Reply, ReplyEvent } from '../../conversation/events.ts'
import { splitTokens } from './tokens.ts'

/** A whole reply as the events of a stream, one delta a token. */
export function replay(reply: Reply): ReplyEvent[] {
  return [
    { type: 'reply-start', model: reply.model, usage: { input: reply.end.usage.input } },
    ...reply.parts.flatMap(partEvents),
    { type: 'reply-end', ...reply.end },
  ]
}

function partEvents(part: Part, index: number): ReplyEvent[] {
  const deltas = splitTokens(textOf(part)).map(
    (text): ReplyEvent => ({ type: 'part-delta', index, text }),
  )
  const signature = part.type === 'reasoning' ? part.signature : undefined
  return [
    { type: 'part-start', index, part: headOf(part) },
    ...deltas,
    signature === undefined ? { type: 'part-end', index } : { type: 'part-end', index, signature },
  ]
}

function headOf(part: Part): PartHead {
  if (part.type === 'text' || part.type === 'reasoning') return { type: part.type }
  if (part.type === 'tool-call') return { type: 'tool-call', id: part.id, name: part.name }
  return { type: 'whole', part }
}

function textOf(part: Part): string {
  if (part.type === 'text' || part.type === 'reasoning') return part.text
  return part.type === 'tool-call' ? part.arguments : ''
}
