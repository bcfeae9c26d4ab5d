import type { Conversation, Part } from '../../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent, StopReason } from '../../../app/conversation/events.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { responseRequest } from '../../../app/dialects/openai-responses/wire.ts'
import type { Recording } from '../../fakes/shared.ts'

export type Json = Record<string, unknown>

export const head = {
  id: `resp_${'0123456789abcdef'.repeat(2)}0`,
  created: 1700000000,
  model: 'some-model',
  now: () => 1700000001,
}

/** The bytes of attachments are kept beside the recordings; any base64 will do for their place. */
export function requestBody(recording: Recording): Json {
  const text = JSON.stringify(recording.request.body)
  return JSON.parse(text.replaceAll(/@media:[0-9a-f]+\.\w+;bytes=\d+/g, 'QUJD'))
}

export function decoded(body: Json): Conversation {
  return openaiResponses.server.decodeRequest(responseRequest.parse(body))
}

/** The events of an SSE text. */
export function eventsIn(text: string): Json[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)))
}

const STOPS: Record<string, StopReason> = { max_output_tokens: 'max-tokens' }

interface Item extends Json {
  type: string
  id?: string
  content?: Json[]
  summary?: { text: string }[]
}

const NAMES: Record<string, string> = {
  code_interpreter_call: 'nova_code_interpreter',
  web_search_call: 'nova_grounding',
}

/** What a model must have said for this item; undefined for items no model of ours makes. */
function partsOf(item: Item): Part[] | undefined {
  switch (item.type) {
    case 'message':
      return item.content!.map((part): Part => {
        const annotations = (part['annotations'] ?? []) as Json[]
        const citations = annotations.map(({ url, title, start_index, end_index }) => ({
          url: String(url),
          title: String(title),
          location: { start_index, end_index },
        }))
        const text = String(part['text'])
        return citations.length > 0 ? { type: 'text', text, citations } : { type: 'text', text }
      })
    case 'reasoning': {
      const told = item.content?.length ? (item.content as { text: string }[]) : item.summary!
      return [{ type: 'reasoning', text: told.map(({ text }) => text).join('\n\n') }]
    }
    case 'function_call':
    case 'custom_tool_call': {
      const text = item['arguments'] ?? JSON.stringify({ input: item['input'] })
      return [
        {
          type: 'tool-call',
          id: String(item['call_id']),
          name: String(item['name']),
          arguments: String(text),
        },
      ]
    }
    case 'web_search_call':
    case 'code_interpreter_call':
      return platformRun(item)
    default:
      return undefined
  }
}

function platformRun(item: Item): Part[] | undefined {
  const { type, action, code, outputs } = item as Json & { action?: Json; outputs?: Json[] }
  if (action && action['type'] !== 'search') return undefined
  const given = type === 'web_search_call' ? { query: action?.['query'] } : { code }
  const printed = (outputs ?? []).map(({ logs }) => String(logs)).join('')
  const id = item.id!
  return [
    {
      type: 'tool-call',
      id,
      name: NAMES[String(type)]!,
      arguments: JSON.stringify(given),
      server: 'server_tool_use',
    },
    {
      type: 'tool-result',
      callId: id,
      content: [{ type: 'text', text: printed }],
      server: 'result',
    },
  ]
}

/** The whole reply behind a recorded response; undefined where an item of it is none of ours. */
export function replyOf(response: Json): Reply | undefined {
  const parts = (response['output'] as Item[]).map(partsOf)
  if (parts.includes(undefined) || !response['usage']) return undefined
  const { incomplete_details: details, usage } = response as {
    incomplete_details: { reason: string } | null
    usage: {
      input_tokens: number
      output_tokens: number
      input_tokens_details: { cached_tokens: number; cache_write_tokens?: number }
      output_tokens_details: { reasoning_tokens: number }
    }
  }
  const { cached_tokens: cacheRead, cache_write_tokens: cacheWrite = 0 } =
    usage.input_tokens_details
  return {
    parts: parts.flatMap((some) => some ?? []),
    end: {
      reason: STOPS[details?.reason ?? ''] ?? 'end-turn',
      usage: {
        input: usage.input_tokens - cacheRead - cacheWrite,
        output: usage.output_tokens,
        cacheRead,
        cacheWrite,
        reasoning: usage.output_tokens_details.reasoning_tokens,
      },
      serviceTier: String(response['service_tier']),
    },
  }
}

/** The same reply with its texts and arguments in the pieces in which a recorded stream had them. */
export function replyEvents(reply: Reply, recorded: Json[]): ReplyEvent[] {
  const pieces = new Map<number, string[]>()
  for (const event of recorded) {
    if (!String(event['type']).endsWith('.delta')) continue
    const index = Number(event['output_index'])
    pieces.set(index, [...(pieces.get(index) ?? []), String(event['delta'])])
  }
  let item = -1
  const events = reply.parts.flatMap((part, index): ReplyEvent[] => {
    if (part.type === 'tool-result') {
      return [
        { type: 'part-start', index, part: { type: 'whole', part } },
        { type: 'part-end', index },
      ]
    }
    item++
    const text = textOf(part)
    const said = pieces.get(item) ?? (text === '' ? [] : [text])
    return [
      { type: 'part-start', index, part: headOf(part) },
      ...said.map((piece): ReplyEvent => ({ type: 'part-delta', index, text: piece })),
      ...citationsOf(part, index),
      { type: 'part-end', index },
    ]
  })
  return [{ type: 'reply-start' }, ...events, { type: 'reply-end', ...reply.end }]
}

function headOf(part: Part) {
  if (part.type === 'tool-call') {
    const { arguments: _, ...rest } = part
    return rest
  }
  return { type: part.type as 'text' | 'reasoning' }
}

const textOf = (part: Part): string =>
  part.type === 'tool-call' ? part.arguments : part.type === 'text' ? part.text : ''

function citationsOf(part: Part, index: number): ReplyEvent[] {
  if (part.type !== 'text') return []
  return (part.citations ?? []).map((citation) => ({ type: 'part-citation', index, citation }))
}
