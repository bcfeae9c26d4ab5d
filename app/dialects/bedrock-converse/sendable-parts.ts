import type { Conversation, Part, ReasoningPart, Turn } from '../../conversation/conversation.ts'
import { dropBlankText, isBlank } from '../../conversation/repair.ts'
import { attachmentKind } from './attachments.ts'
import type { Asking } from './encoding.ts'
import { DIALECT } from './wire.ts'

interface Sending extends Asking {
  role: Turn['role']
  /** Tools of the platform offered in this request. */
  offered: ReadonlySet<string>
  /** Calls of such tools seen so far. */
  servedCalls: Set<string>
}

/** The turns with only such parts as have a place on the wire and in this model; the lost are noted. */
export function sendableTurns(conversation: Conversation, asking: Asking): Turn[] {
  const offered = new Set(
    conversation.tools.filter((tool) => tool.type === 'system').map((tool) => tool.name),
  )
  const servedCalls = new Set<string>()
  return conversation.turns.map((turn) => {
    const sending = { ...asking, role: turn.role, offered, servedCalls }
    if (turn.name !== undefined) asking.ignore('name')
    return {
      role: turn.role,
      parts: dropBlankText(turn.parts).filter((part) => isSendable(part, sending)),
    }
  })
}

/** System parts AWS takes: words, cache points, and what this dialect itself brought. */
export function sendableSystem(parts: Part[], asking: Asking): Part[] {
  const sending: Sending = {
    ...asking,
    role: 'system',
    offered: new Set(),
    servedCalls: new Set(),
  }
  return dropBlankText(parts).filter((part) => isSendable(part, sending))
}

function isSendable(part: Part, sending: Sending): boolean {
  const { role, card } = sending
  switch (part.type) {
    case 'text':
      return true
    case 'refusal':
      return role === 'assistant' && !isBlank(part.text)
    case 'reasoning':
      return role === 'assistant' && isReplayable(part, sending)
    case 'tool-call':
      if (part.server !== undefined) return isServed(part, sending)
      return role === 'assistant'
    case 'tool-result':
      if (part.server !== undefined) return sending.servedCalls.has(part.callId)
      return role !== 'system'
    case 'cache-point':
      return noted(card.traits.cachePoints !== false, 'cacheControl', sending)
    case 'native':
      return noted(part.dialect === DIALECT, nativeName(part.value), sending)
    default:
      return noted(role === 'user', `${role} ${attachmentKind(part)}`, sending)
  }
}

function noted(sendable: boolean, what: string, sending: Sending): boolean {
  if (!sendable) sending.ignore(what)
  return sendable
}

/** Thought goes back only with the seal the model put on it; as text it would be words nobody said. */
function isReplayable(part: ReasoningPart, { card }: Sending): boolean {
  if (card.traits.reasoning === 'none') return false
  return part.signature !== undefined || part.redacted !== undefined
}

/** What the platform ran may be told again only where the platform's tool is offered again. */
function isServed(part: { id: string; name: string }, sending: Sending): boolean {
  if (!noted(sending.offered.has(part.name), part.name, sending)) return false
  sending.servedCalls.add(part.id)
  return true
}

/** How to name a foreign block to its caller: by its own type where it has one. */
function nativeName(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : ''
  return typeof type === 'string' && type !== '' ? type : 'content'
}
