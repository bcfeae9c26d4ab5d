import type { Conversation, Part, ReasoningPart } from '../../conversation/conversation.ts'
import type { Reply, ReplyEnd } from '../../conversation/events.ts'
import { callInput } from '../call-input.ts'
import type { AnswerHead } from '../dialect.ts'
import { sealThought } from '../seal.ts'
import { encodeReasoning, encodeText } from './encode-blocks.ts'
import { type Fields, NAME, ownOf } from './extras.ts'
import { encodePlatformCall, encodePlatformResult, searchesWith } from './platform-tools.ts'
import { replyUsage } from './usage.ts'
import { WIRE_STOP_REASONS } from './vocabulary.ts'
import type { WireReply, WireReplyBlock, WireUsage } from './wire-reply.ts'

/** One reply as Anthropic's Message; the wire has room for one only. */
export function encodeReply(
  replies: Reply[],
  conversation: Conversation,
  head: AnswerHead,
): WireReply {
  const { parts, end } = replies[0]!
  const hidden = hidesThought(conversation)
  const told = isSilent(conversation) ? [] : parts
  return {
    id: head.id,
    type: 'message',
    role: 'assistant',
    model: head.model,
    content: told.flatMap((part) => encodeReplyPart(part, hidden) ?? []) as WireReplyBlock[],
    ...encodeStop(end, conversation),
    usage: replyUsage(end, searchesOf(parts)) as WireUsage,
    ...ownOf(end).fields,
  }
}

function searchesOf(parts: readonly Part[]): number | undefined {
  let searches: number | undefined
  for (const part of parts) {
    if (part.type !== 'tool-call' || part.server === undefined) continue
    searches = searchesWith(part.name, searches)
  }
  return searches
}

/** The caller only fills the cache; the one word that other models have to say is not for him. */
export function isSilent({ settings }: Conversation): boolean {
  return settings.maxTokens === 0
}

/** The caller wants thoughts sealed but unseen. */
export function hidesThought(conversation: Conversation): boolean {
  return conversation.reasoning?.display === 'omitted'
}

export function encodeStop(end: Omit<ReplyEnd, 'type'>, { settings }: Conversation) {
  const { stopReason } = ownOf(end)
  // Converse does not tell which one it was; of one there is no doubt.
  const only = end.reason === 'stop-sequence' && settings.stop?.length === 1
  return {
    stop_reason: stopReason === undefined ? WIRE_STOP_REASONS[end.reason] : stopReason,
    stop_sequence: end.stopSequence ?? (only ? settings.stop?.[0] : undefined) ?? null,
  }
}

/**
 * What the caller does not want to see goes into the seal, which holds for the whole thought alone; without a seal
 * there is nothing to bring back.
 */
function encodeThought(part: ReasoningPart, hidden: boolean): Fields | undefined {
  if (!hidden || part.text === '') return encodeReasoning(part)
  const signature = sealThought(part)
  return signature === undefined ? undefined : encodeReasoning({ ...part, text: '', signature })
}

/** A part of an answer as its block; what Anthropic has none for is left out. */
export function encodeReplyPart(part: Part, hidden: boolean): Fields | undefined {
  switch (part.type) {
    case 'text':
      return encodeText(part)
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'reasoning':
      return encodeThought(part, hidden)
    case 'tool-call':
      if (part.server !== undefined) return encodePlatformCall(part)
      return {
        type: 'tool_use',
        id: part.id,
        name: part.name,
        input: callInput(part.arguments),
        ...ownOf(part).fields,
      }
    case 'tool-result':
      return part.server === undefined ? undefined : encodePlatformResult(part)
    case 'native':
      return part.dialect === NAME ? (part.value as Fields) : undefined
    default:
      return undefined
  }
}
