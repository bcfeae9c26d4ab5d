import type {
  Conversation,
  Part,
  ReasoningPart,
  Tool,
  Turn,
} from '../../conversation/conversation.ts'
import { dropBlankText, isBlank } from '../../conversation/repair.ts'
import type { ModelCard } from '../../ports/models.ts'
import { attachmentKind } from './attachments.ts'
import type { Asking } from './encoding.ts'
import { DIALECT } from './wire.ts'

interface Sending {
  asking: Asking
  role: Turn['role']
  /** Tools of the platform offered in this request. */
  offered: readonly Tool[]
  /** Calls of such tools seen so far. */
  servedCalls: string[]
}

const NOTHING: readonly never[] = []

/** The turns with only such parts as have a place on the wire and in this model; the lost are noted. */
export function sendableTurns(conversation: Conversation, asking: Asking): Turn[] {
  const { tools } = conversation
  const offered = tools.some(isSystem) ? tools.filter(isSystem) : NOTHING
  const servedCalls: string[] = []
  return conversation.turns.map((turn) => {
    const { role } = turn
    if (turn.name !== undefined) asking.ignore('name')
    return { role, parts: sendable(turn.parts, { asking, role, offered, servedCalls }) }
  })
}

const isSystem = ({ type }: Tool) => type === 'system'

/** System parts AWS takes: words, cache points, and what this dialect itself brought. */
export function sendableSystem(parts: Part[], asking: Asking): Part[] {
  return sendable(parts, { asking, role: 'system', offered: NOTHING, servedCalls: [] })
}

function sendable(parts: Part[], sending: Sending): Part[] {
  return dropBlankText(parts).filter((part) => isSendable(part, sending))
}

function isSendable(part: Part, sending: Sending): boolean {
  const {
    role,
    asking: { card },
  } = sending
  switch (part.type) {
    case 'text':
      return true
    case 'refusal':
      return role === 'assistant' && !isBlank(part.text)
    case 'reasoning':
      return noted(role === 'assistant' && isReplayable(part, card), 'thought', sending)
    case 'tool-call':
      if (part.server !== undefined) return isServed(part, sending)
      return role === 'assistant'
    case 'tool-result':
      if (part.server !== undefined) return sending.servedCalls.includes(part.callId)
      return role !== 'system'
    case 'cache-point':
      return noted(card.traits.cachePoints !== false, 'cacheControl', sending)
    case 'native':
      return noted(part.dialect === DIALECT, nativeName(part.value), sending)
    default:
      return noted(role === 'user', `${role} ${attachmentKind(part)}`, sending)
  }
}

function noted(isSent: boolean, what: string, sending: Sending): boolean {
  if (!isSent) sending.asking.ignore(what)
  return isSent
}

/**
 * Thought goes back only with the seal the model put on it; as text it would be words nobody said, and
 * models without seals refuse those of others.
 */
function isReplayable(part: ReasoningPart, { traits }: ModelCard): boolean {
  if (traits.reasoning === 'none' || traits.sealsThoughts === false) return false
  return part.signature !== undefined || part.redacted !== undefined
}

/** What the platform ran may be told again only where the platform's tool is offered again. */
function isServed(part: { id: string; name: string }, sending: Sending): boolean {
  const isOffered = sending.offered.some(({ name }) => name === part.name)
  if (!noted(isOffered, part.name, sending)) return false
  sending.servedCalls.push(part.id)
  return true
}

/** How to name a foreign block to its caller: by its own type where it has one. */
function nativeName(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : ''
  return typeof type === 'string' && type !== '' ? type : 'content'
}
