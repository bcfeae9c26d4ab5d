import type { Citation, Part, TextPart } from '../../conversation/conversation.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import type { ChatModel, ReplyStream } from '../../ports/models.ts'
import { type Citing, createScribe, type Scribe } from './citation-scribe.ts'

/** A model whose answers tell which passages they rest on. */
export function citing(chat: ChatModel, cites: Citing): ChatModel {
  return {
    count: chat.count,
    async reply(conversation, call) {
      const { reply, served } = await chat.reply(conversation, call)
      const scribe = createScribe(cites)
      const parts = reply.parts.map((part) =>
        part.type === 'text' ? withCitations(part, scribe.read(part.text)) : part,
      )
      const { more, sources, knowledge } = scribe.end(reply.end.reason === 'tool-use')
      const told = lastTextCited(parts, more)
      return {
        reply: {
          ...reply,
          parts: sources ? [...told, { type: 'text', text: sources }] : told,
          end: { ...reply.end, knowledge },
        },
        served,
      }
    },
    async stream(conversation, call) {
      const { events, served } = await chat.stream(conversation, call)
      return { events: citedStream(events, createScribe(cites)), served }
    },
  }
}

const withCitations = (part: TextPart, citations: Citation[]): TextPart =>
  citations.length === 0 ? part : { ...part, citations: [...(part.citations ?? []), ...citations] }

function lastTextCited(parts: Part[], citations: Citation[]): Part[] {
  if (citations.length === 0) return parts
  const at = parts.findLastIndex((part) => part.type === 'text')
  const part = parts[at]
  return part?.type === 'text' ? parts.with(at, withCitations(part, citations)) : parts
}

function citedStream(events: ReplyStream, scribe: Scribe): ReplyStream {
  const take = createCiter(scribe)
  return {
    async read() {
      const batch = await events.read()
      if (!batch) return undefined
      const out: ReplyEvent[] = []
      for (const event of batch) take(event, out)
      return out
    },
    cancel: () => events.cancel(),
  }
}

/** Hands events on, each text's end behind its citations. */
function createCiter(scribe: Scribe): (event: ReplyEvent, out: ReplyEvent[]) => void {
  const texts = new Map<number, string>()
  let parts = 0
  /** The end of a text, held back until it is known whether the answer's last citations belong to it. */
  let held: (ReplyEvent & { type: 'part-end' }) | undefined

  const release = (out: ReplyEvent[]) => {
    if (held) out.push(held)
    held = undefined
  }
  const close = (end: ReplyEvent & { type: 'part-end' }, out: ReplyEvent[]) => {
    release(out)
    out.push(...citationEvents(end.index, scribe.read(texts.get(end.index) ?? '')))
    texts.delete(end.index)
    held = end
  }
  const finish = (end: ReplyEvent & { type: 'reply-end' }, out: ReplyEvent[]) => {
    for (const index of [...texts.keys()]) close({ type: 'part-end', index }, out)
    const { more, sources, knowledge } = scribe.end(end.reason === 'tool-use')
    if (held) out.push(...citationEvents(held.index, more))
    release(out)
    if (sources) out.push(...textPart(parts, sources))
    out.push({ ...end, knowledge })
  }
  return (event, out) => {
    if (event.type === 'part-delta') {
      const text = texts.get(event.index)
      if (text !== undefined) texts.set(event.index, text + event.text)
      out.push(event)
    } else if (event.type === 'part-start') {
      release(out)
      parts = Math.max(parts, event.index + 1)
      if (event.part.type === 'text') texts.set(event.index, '')
      out.push(event)
    } else if (event.type === 'part-end' && texts.has(event.index)) close(event, out)
    else if (event.type === 'reply-end') finish(event, out)
    else out.push(event)
  }
}

const citationEvents = (index: number, citations: Citation[]): ReplyEvent[] =>
  citations.map((citation) => ({ type: 'part-citation', index, citation }))

const textPart = (index: number, text: string): ReplyEvent[] => [
  { type: 'part-start', index, part: { type: 'text' } },
  { type: 'part-delta', index, text },
  { type: 'part-end', index },
]
