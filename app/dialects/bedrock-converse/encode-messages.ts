import type { Conversation, Part, Turn } from '../../conversation/conversation.ts'
import {
  answerToolCalls,
  dropRepeatedCalls,
  mergeTurns,
  spellOutTools,
} from '../../conversation/repair.ts'
import { encodeBlock } from './encode-blocks.ts'
import { overflowOf } from './encode-tool-result.ts'
import type { Asking, Encoding } from './encoding.ts'
import { sendableTurns } from './sendable-parts.ts'
import type { ContentBlock, Message, SystemBlock } from './wire.ts'

/** What the user "says" where AWS wants a user to begin: nobody spoke, or the assistant spoke first. */
const PLACEHOLDER = 'Begin.'
/** What the user "says" after the assistant's words, where the model takes none to continue. */
const CONTINUE = 'Continue.'
/** What stands beside documents nobody said a word about; AWS refuses them alone (T30). */
export const DOCUMENT_TEXT = 'See the attached document.'

/** System parts and turns of a conversation, such that the wire's rules can be kept (T18 to T23). */
interface Prepared {
  system: Part[]
  turns: Turn[]
}

/**
 * Repairs the turns: only what has a place, roles taking turns, calls answered at once. System turns
 * between the others are folded into the system prompt, in their order, unless the model takes them
 * where they stand.
 */
export function prepareTurns(conversation: Conversation, asking: Asking): Prepared {
  const { traits } = asking.card
  const all = sendableTurns(conversation, asking)
  const stays = (turn: Turn) => turn.role !== 'system' || traits.systemTurns === true
  const isFolded = !all.every(stays)
  const kept = isFolded ? all.filter(stays) : all
  const told = traits.tools === false ? spellOutTools(kept) : kept
  const pointed = withoutBarePoints(told)
  const led = mergeTurns(pointed).map((turn) => withoutLastThought(turn, asking))
  const lost = () => asking.ignore('toolResult')
  const turns = answerToolCalls(mergeTurns(dropRepeatedCalls(led)), lost)
  if (!isFolded) return { system: conversation.system, turns }
  const folded = all.filter((turn) => !stays(turn)).flatMap(({ parts }) => parts)
  return { system: [...conversation.system, ...folded], turns }
}

/** A turn that has only cache points left is none: they go behind the turn before it. */
function withoutBarePoints(turns: Turn[]): Turn[] {
  if (!turns.some(({ parts }) => parts.length > 0 && parts.every(isPoint))) return turns
  const kept: Turn[] = []
  for (const turn of turns) {
    const last = kept.at(-1)
    if (!turn.parts.every(isPoint)) kept.push(turn)
    else if (last) kept[kept.length - 1] = { ...last, parts: [...last.parts, ...turn.parts] }
  }
  return kept
}

/**
 * A thought that led to nothing has no place: Claude refuses it at the end of a turn, and newer ones take a
 * turn of nothing else for a prefill.
 */
function withoutLastThought(turn: Turn, { ignore }: Asking): Turn {
  const { role, parts } = turn
  if (role !== 'assistant' || !parts.some(isThought)) return turn
  const last = parts.findLastIndex((part) => !isThought(part) && !isPoint(part))
  if (!parts.slice(last + 1).some(isThought)) return turn
  ignore('thought')
  return { ...turn, parts: parts.slice(0, last + 1) }
}

const isThought = ({ type }: Part) => type === 'reasoning'

const isPoint = ({ type }: Part) => type === 'cache-point'

/** The turns with a user's at the start, and at the end unless the model may take up the last words. */
export function frameTurns(turns: Turn[], prefill: boolean): Turn[] {
  const opening = turns.find((turn) => turn.role !== 'system')
  const framed: Turn[] = opening?.role === 'user' ? [...turns] : [says(PLACEHOLDER), ...turns]
  const last = framed.at(-1)
  if (last?.role !== 'assistant') return framed
  if (!prefill) return [...framed, says(CONTINUE)]
  framed[framed.length - 1] = { ...last, parts: trimEnd(last.parts) }
  return framed
}

const says = (text: string): Turn => ({ role: 'user', parts: [{ type: 'text', text }] })

/** Claude refuses a beginning that ends in white space. */
function trimEnd(parts: Part[]): Part[] {
  const end = parts.findLastIndex((part) => !isPoint(part))
  const last = parts[end]
  if (last?.type !== 'text' || last.text === last.text.trimEnd()) return parts
  return parts.with(end, { ...last, text: last.text.trimEnd() })
}

export function encodeMessages(turns: Turn[], encoding: Encoding): Message[] {
  return turns.map((turn) => ({ role: turn.role, content: encodeContent(turn, encoding) }))
}

function encodeContent({ role, parts }: Turn, encoding: Encoding): ContentBlock[] {
  const content = parts.map((part) => encodeBlock(part, encoding))
  if (role !== 'user') return content
  const results = parts.filter(isResult)
  const overflow = results.flatMap((part) => overflowOf(part, encoding))
  if (overflow.length > 0) {
    content.splice(results.length, 0, ...overflow.map((part) => encodeBlock(part, encoding)))
  }
  if (!content.some(isDocument) || content.some(speaks)) return content
  content.splice(content.findLastIndex(isDocument) + 1, 0, { text: DOCUMENT_TEXT })
  return content
}

const isResult = (part: Part) => part.type === 'tool-result'

const isDocument = ({ document }: ContentBlock): boolean => document !== undefined

const speaks = ({ text, guardContent }: ContentBlock): boolean =>
  text !== undefined || guardContent !== undefined

export function encodeSystem(parts: Part[], encoding: Encoding): SystemBlock[] {
  return parts.map((part) => encodeBlock(part, encoding))
}
