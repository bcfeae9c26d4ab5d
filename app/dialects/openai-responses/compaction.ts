import type { Conversation } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { decodeRequest, missingInput } from './decode-request.ts'
import { ownOf } from './extras.ts'
import { type OpenaiResponses, openaiResponses } from './index.ts'
import { compactionItem, itemId } from './output-items.ts'
import { encodeUsage } from './response-object.ts'
import type { WireRequest } from './wire.ts'

/**
 * The same dialect for `POST /v1/responses/compact`: the conversation is asked for its summary, and the
 * answer is what can take its place: the user's messages since the last compaction, and a new one (recorded).
 */
export const openaiCompaction: OpenaiResponses = {
  ...openaiResponses,
  server: {
    ...openaiResponses.server,
    decodeRequest(body) {
      const request = body as WireRequest
      const said = asItems(request.input)
      if (said.length === 0) throw missingInput()
      const input = [...said, { type: 'compaction_trigger' as const }]
      return { ...decodeRequest({ ...request, input, stream: false }), store: false }
    },
    encodeReply: encodeCompaction,
  },
}

const asItems = (input: WireRequest['input']) =>
  typeof input === 'string' ? [{ role: 'user' as const, content: input }] : (input ?? [])

function encodeCompaction(replies: Reply[], conversation: Conversation, head: AnswerHead): Fields {
  const { parts, end } = replies[0]!
  const said = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const kept = keptItems(asItems(ownOf(conversation).request?.input) as Fields[])
  return {
    id: head.id,
    object: 'response.compaction',
    created_at: head.created,
    output: [...kept, compactionItem(itemId('cmp_', head, kept.length), said)].map((item, index) =>
      withId(item, head, index),
    ),
    usage: encodeUsage(end.usage),
  }
}

/** What the user said since the last compaction. */
function keptItems(items: readonly Fields[]): Fields[] {
  const last = items.findLastIndex((item) => item['type'] === 'compaction')
  return items.slice(last + 1).filter((item) => item['role'] === 'user')
}

function withId(item: Fields, head: AnswerHead, index: number): Fields {
  if (item['type'] === 'compaction') return item
  const { content } = item
  return {
    id: itemId('msg_', head, index),
    ...item,
    type: 'message',
    status: 'completed',
    content: typeof content === 'string' ? [{ type: 'input_text', text: content }] : content,
  }
}
