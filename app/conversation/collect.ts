import { GatewayError } from '../errors.ts'
import type { MediaPart, Part, ReasoningPart, TextPart, ToolCallPart } from './conversation.ts'
import type { PartHead, Reply, ReplyEnd, ReplyEvent } from './events.ts'

/** Takes the events of one reply, in batches as they come, and gives the reply. */
interface Collector {
  add(events: readonly ReplyEvent[]): void
  /** Throws `stream-incomplete` when the reply has not ended. */
  reply(): Reply
  /** What has come so far, as if it had ended so. */
  cutOff(end: Reply['end']): Reply
}

/** Gathers a streamed reply into a whole one. A call without input has an empty object as its arguments. */
export function collect(): Collector {
  const parts: Part[] = []
  const open = new Map<number, OpenPart>()
  let start: Pick<Reply, 'id' | 'model'> = {}
  let end: Reply['end'] | undefined

  function take(event: ReplyEvent): void {
    switch (event.type) {
      case 'reply-start':
        start = { ...(event.id && { id: event.id }), ...(event.model && { model: event.model }) }
        return
      case 'part-start': {
        const part = partOf(event.part)
        parts.push(part)
        if (event.part.type !== 'whole' || part.type === 'audio') {
          open.set(event.index, part as OpenPart)
        }
        return
      }
      case 'reply-end':
        end = endOf(event)
        return
      default:
        extend(open.get(event.index), event)
    }
  }

  return {
    add(events) {
      for (const event of events) take(event)
    },
    reply() {
      if (!end) throw incomplete()
      return { ...start, parts: parts.map(finished), end }
    },
    cutOff: (as) => ({ ...start, parts: [...parts], end: end ?? as }),
  }
}

type OpenPart = TextPart | ReasoningPart | ToolCallPart | MediaPart

function partOf(head: PartHead): Part {
  switch (head.type) {
    case 'text':
      return { type: 'text', text: '' }
    case 'reasoning':
      return { type: 'reasoning', text: '' }
    case 'tool-call':
      return { ...head, arguments: '' }
    case 'whole':
      // Sound goes on: what was handed in is not ours to add to.
      return head.part.type === 'audio'
        ? { ...head.part, source: { ...head.part.source } }
        : head.part
  }
}

type PartEvent = Extract<ReplyEvent, { type: 'part-delta' | 'part-citation' | 'part-end' }>

function extend(part: OpenPart | undefined, event: PartEvent): void {
  if (part === undefined) return
  if (event.type === 'part-delta') {
    if (part.type === 'tool-call') part.arguments += event.text
    else if (part.type === 'text' || part.type === 'reasoning') part.text += event.text
    else if (part.source.kind === 'base64') part.source.data += event.text
    return
  }
  if (event.type === 'part-citation') {
    if (part.type !== 'text') return
    part.citations ??= []
    part.citations.push(event.citation)
    return
  }
  if (part.type !== 'reasoning') return
  if (event.signature) part.signature = event.signature
  if (event.redacted) part.redacted = event.redacted
}

function finished(part: Part): Part {
  return part.type === 'tool-call' && part.arguments === '' ? { ...part, arguments: '{}' } : part
}

function endOf({ type: _, ...end }: ReplyEnd): Reply['end'] {
  return end
}

/** What an answer that nobody ended is. */
export function incomplete(): GatewayError {
  return new GatewayError('stream-incomplete', 'The model stopped before its answer was complete.')
}
