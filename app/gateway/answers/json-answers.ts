import type { Conversation, OutputFormat, Part, TextPart } from '../../conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../conversation/events.ts'
import { createJsonFilter, isJson, jsonWithin } from '../../conversation/json-text.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ReplyStream } from '../../ports/models.ts'
import { addUsage } from './meter.ts'

type Structured = Exclude<OutputFormat, { type: 'text' }>

const AGAIN = 'This is not valid JSON. Give the same answer again as JSON, and nothing else.'

/**
 * A model whose answers are JSON when they were asked to be. Fences and words around it are taken away; a whole
 * answer that holds no JSON even then is asked for once more, and then given up with `upstream`. What a stream
 * has said cannot be taken back, so there only the taking away remains.
 */
export function answeringJson(chat: ChatModel, format: Structured): ChatModel {
  return {
    async reply(conversation, call) {
      const first = await chat.reply(conversation, call)
      const mended = mend(first.reply, format)
      if (mended) return { ...first, reply: mended }
      return again(chat, { conversation, call, first }, format)
    },
    async stream(conversation, call) {
      const { events, served } = await chat.stream(conversation, call)
      return { events: filters(format) ? jsonOnly(events) : events, served }
    },
  }
}

interface Failed {
  conversation: Conversation
  call: Call
  first: Awaited<ReturnType<ChatModel['reply']>>
}

async function again(chat: ChatModel, { conversation, call, first }: Failed, format: Structured) {
  const said = first.reply.parts.filter((part) => part.type === 'text')
  const turns = [
    ...conversation.turns,
    { role: 'assistant' as const, parts: said },
    { role: 'user' as const, parts: [{ type: 'text' as const, text: AGAIN }] },
  ]
  const second = await chat.reply({ ...conversation, turns }, call)
  const mended = mend(second.reply, format)
  const attempts = first.served.attempts + second.served.attempts
  if (!mended) {
    throw new GatewayError('upstream', 'The model answered twice with what is not JSON.', {
      reason: 'invalid_json_answer',
      attempts,
      // Clients that try a 502 again would have the model asked twice each time.
      final: true,
    })
  }
  const usage = addUsage([first.reply.end.usage, mended.end.usage])
  return {
    reply: { ...mended, end: { ...mended.end, usage } },
    served: { ...second.served, attempts },
  }
}

/**
 * The reply with nothing but JSON for text; undefined when there is none in it. A reply that was cut off,
 * refused, or goes on with tools is as it should be.
 */
function mend(reply: Reply, format: Structured): Reply | undefined {
  if (reply.end.reason !== 'end-turn' && reply.end.reason !== 'stop-sequence') return reply
  const text = reply.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  if (isJson(text, format.type === 'json-object')) {
    return { ...reply, parts: withText(reply.parts, text) }
  }
  const json = jsonWithin(text)
  if (json !== undefined) return { ...reply, parts: withText(reply.parts, json) }
  // What a stop sequence cut off is not mended by asking again.
  return reply.end.reason === 'stop-sequence' ? reply : undefined
}

/** The parts with one text, where the first was. */
function withText(parts: Part[], text: string): Part[] {
  const texts = parts.filter((part) => part.type === 'text')
  const [first] = texts
  if (first === undefined || (texts.length === 1 && first.text === text)) return parts
  const citations = texts.flatMap((part) => part.citations ?? [])
  const whole: TextPart = { ...first, text, ...(citations.length > 0 && { citations }) }
  return parts.flatMap((part): Part[] => {
    if (part === first) return [whole]
    return part.type === 'text' ? [] : [part]
  })
}

/** Only of an object can be told where it begins; a schema may ask for a bare string. */
const filters = (format: Structured): boolean =>
  format.type === 'json-object' || format.schema['type'] === 'object'

function jsonOnly(events: ReplyStream): ReplyStream {
  const filtered = createPartFilter()
  return {
    cancel: () => events.cancel(),
    async read() {
      const batch = await events.read()
      return batch?.flatMap(filtered)
    },
  }
}

/**
 * All texts of a reply are one text, as they are in a whole answer: clients read each as JSON of its own, an
 * empty one too. They are told as the first of them, until something else comes while none of their JSON is
 * open.
 */
function createPartFilter(): (event: ReplyEvent) => ReplyEvent[] {
  const filter = createJsonFilter()
  /** Texts of the model's that have not ended. */
  const open = new Set<number>()
  /** The text they are told as, and whether the caller has heard of it. */
  let told: number | undefined
  let isBegun = false
  /** Sources of what was said before it. */
  let sources: ReplyEvent[] = []

  const say = (text: string): ReplyEvent[] => {
    if (told === undefined || text === '') return []
    const said: ReplyEvent = { type: 'part-delta', index: told, text }
    if (isBegun) return [said]
    isBegun = true
    return [{ type: 'part-start', index: told, part: { type: 'text' } }, ...sources, said]
  }
  const settle = (): ReplyEvent[] => {
    const said = say(filter.end())
    if (isBegun) said.push({ type: 'part-end', index: told! })
    told = undefined
    isBegun = false
    sources = []
    return said
  }
  return (event) => {
    switch (event.type) {
      case 'part-start':
        if (event.part.type !== 'text') {
          return open.size > 0 || filter.isWithin() ? [event] : [...settle(), event]
        }
        open.add(event.index)
        told ??= event.index
        return []
      case 'part-delta':
        return open.has(event.index) ? say(filter.push(event.text)) : [event]
      case 'part-citation': {
        if (!open.has(event.index) || told === undefined) return [event]
        const source = { ...event, index: told }
        if (isBegun) return [source]
        sources.push(source)
        return []
      }
      case 'part-end':
        return open.delete(event.index) ? [] : [event]
      case 'reply-end':
        return [...settle(), event]
      default:
        return [event]
    }
  }
}
