import type { Conversation, OutputFormat, Part, TextPart } from '../../conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../conversation/events.ts'
import {
  createJsonFilter,
  isJson,
  type JsonFilter,
  jsonWithin,
} from '../../conversation/json-text.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ReplyStream } from '../../ports/models.ts'
import { addUsage } from './meter.ts'

type Structured = Exclude<OutputFormat, { type: 'text' }>

const AGAIN = 'This is not valid JSON. Give the same answer again as JSON, and nothing else.'

/**
 * A model whose answers are JSON when they were asked to be. Fences and words around it are taken away; a
 * whole answer that is none even so is asked for once more, and then given up with `upstream`. Of a stream
 * what was said cannot be taken back, so there only the taking away remains.
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
  if (isJson(text, format.type === 'json-object')) return reply
  const json = jsonWithin(text)
  if (json !== undefined) return { ...reply, parts: withText(reply.parts, json) }
  // What a stop sequence cut off is not mended by asking again.
  return reply.end.reason === 'stop-sequence' ? reply : undefined
}

/** The parts with one text, where the first was. */
function withText(parts: Part[], text: string): Part[] {
  const at = parts.findIndex((part) => part.type === 'text')
  const first = parts[at] as TextPart
  return parts.flatMap((part, index): Part[] => {
    if (index === at) return [{ ...first, text }]
    return part.type === 'text' ? [] : [part]
  })
}

/** Only of an object can be told where it begins; a schema may ask for a bare string. */
const filters = (format: Structured): boolean =>
  format.type === 'json-object' || format.schema['type'] === 'object'

function jsonOnly(events: ReplyStream): ReplyStream {
  const open = new Map<number, JsonFilter>()
  return {
    cancel: () => events.cancel(),
    async read() {
      const batch = await events.read()
      return batch?.flatMap((event) => filtered(event, open))
    },
  }
}

function filtered(event: ReplyEvent, open: Map<number, JsonFilter>): ReplyEvent[] {
  switch (event.type) {
    case 'part-start':
      if (event.part.type === 'text') open.set(event.index, createJsonFilter())
      return [event]
    case 'part-delta': {
      const filter = open.get(event.index)
      if (!filter) return [event]
      return delta(event.index, filter.push(event.text))
    }
    case 'part-end':
      return [...close(event.index, open), event]
    case 'reply-end':
      return [...[...open.keys()].flatMap((index) => close(index, open)), event]
    default:
      return [event]
  }
}

function close(index: number, open: Map<number, JsonFilter>): ReplyEvent[] {
  const filter = open.get(index)
  open.delete(index)
  return filter ? delta(index, filter.end()) : []
}

const delta = (index: number, text: string): ReplyEvent[] =>
  text === '' ? [] : [{ type: 'part-delta', index, text }]
