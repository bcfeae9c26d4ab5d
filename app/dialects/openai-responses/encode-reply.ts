import type {
  Conversation,
  Part,
  ToolCallPart,
  ToolResultPart,
} from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { NAME, ownOf } from './extras.ts'
import { type Manner, mannerOf } from './manner.ts'
import {
  annotation,
  callItem,
  callPrefix,
  compactionItem,
  imageItem,
  interpreterItem,
  itemId,
  messageItem,
  reasoningItem,
  refusalPart,
  searchItem,
  textPart,
} from './output-items.ts'
import { fixedMembers, standingMembers, statusOf } from './response-object.ts'

/** A whole reply as OpenAI's Response. It has one choice; others, which nobody can ask for, are left out. */
export function encodeReply(
  replies: Reply[],
  conversation: Conversation,
  head: AnswerHead,
): Fields {
  const { parts, end } = replies[0]!
  const status = statusOf(end)
  const output = outputItems(parts, { head, manner: mannerOf(conversation), status })
  const completed = status === 'completed' ? head.now?.() : undefined
  return {
    ...fixedMembers(conversation, head),
    ...standingMembers({ status, output, end, completed }, ownOf(conversation).request),
  }
}

interface Around {
  head: AnswerHead
  manner: Manner
  /** Of the response; only its last item may be incomplete as well. */
  status: 'completed' | 'incomplete'
}

/** What was said as items: neighbouring texts and refusals are one message. */
function outputItems(parts: readonly Part[], around: Around): Fields[] {
  const { head, manner, status } = around
  if (manner.compacts) return [compactionItem(itemId('cmp_', head, 0), saidIn(parts))]
  const output: Fields[] = []
  /** Of the message that is spoken just now. */
  let content: Fields[] | undefined
  for (const part of parts) {
    const said = contentOf(part)
    if (said) {
      if (content) content.push(said)
      else {
        content = [said]
        output.push(messageItem(itemId('msg_', head, output.length), content, 'completed'))
      }
      continue
    }
    const item = itemOf(part, output.length, { ...around, parts })
    if (!item) continue
    content = undefined
    output.push(item)
  }
  const last = output.at(-1)
  if (last && status === 'incomplete' && 'status' in last) last['status'] = status
  return output
}

const saidIn = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

function contentOf(part: Part): Fields | undefined {
  if (part.type === 'refusal') return refusalPart(part.text)
  if (part.type !== 'text') return undefined
  const span = { start: 0, end: part.text.length }
  const annotations = (part.citations ?? [])
    .map((citation) => annotation(citation, span))
    .filter((found) => found !== undefined)
  return textPart(part.text, annotations)
}

function itemOf(
  part: Part,
  index: number,
  { head, manner, parts }: Around & { parts: readonly Part[] },
): Fields | undefined {
  switch (part.type) {
    case 'reasoning':
      return reasoningItem(itemId('rs_', head, index), part, manner)
    case 'tool-call': {
      if (part.server !== undefined) return platformItem(part, index, { head, manner, parts })
      const callee = manner.callees.get(part.name)
      const id = itemId(callPrefix(callee), head, index)
      return callItem(id, { call: part, callee, status: 'completed' })
    }
    case 'image':
      return imageItem(itemId('ig_', head, index), part)
    case 'native':
      return part.dialect === NAME ? (part.value as Fields) : undefined
    default:
      return undefined
  }
}

function platformItem(
  { id: callId, name, arguments: written }: ToolCallPart,
  index: number,
  { head, manner, parts }: Pick<Around, 'head' | 'manner'> & { parts: readonly Part[] },
): Fields {
  const result = parts.find(
    (part): part is ToolResultPart => part.type === 'tool-result' && part.callId === callId,
  )
  const run = { written, result, status: 'completed' }
  return manner.interpreters.has(name)
    ? interpreterItem(itemId('ci_', head, index), run)
    : searchItem(itemId('ws_', head, index), run, manner)
}
