import type {
  Conversation,
  Part,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/conversation.ts'
import { type Attachment, attachmentsOf } from './attachments.ts'

/** A tool's result, with the name its call had. */
interface Result {
  tool: string
  text: string
  isError: boolean
}

/** What a conversation asks, as far as this model understands anything. */
export interface Reading {
  /** The latest words of the user. */
  question: string
  /** What came with the latest turns of the user. */
  attachments: Attachment[]
  /** Results nobody has answered yet. */
  results: Result[]
  /** The tools called since the question. */
  called: string[]
  /** Turns before the latest ones of the user. */
  earlier: number
  /** Words of the system prompt; 0 without one. */
  instructions: number
}

export function read(conversation: Conversation): Reading {
  const turns = saidByCaller(conversation)
  const latest = latestOf(turns)
  const [question, asking] = questionOf(turns)
  const parts = latest.flatMap((turn) => turn.parts)
  return {
    question,
    attachments: attachmentsOf(parts),
    results: resultsOf(parts, turns),
    called: callsIn(turns.slice(asking + 1)).map(({ name }) => name),
    earlier: turns.filter((turn) => turn.role !== 'system').length - latest.length,
    instructions: instructionsOf(conversation),
  }
}

/** The turns without what a knowledge base said between them. */
function saidByCaller({ turns, grounding }: Conversation): Turn[] {
  const { context } = grounding ?? {}
  if (context === undefined) return turns
  return turns.map((turn) => ({
    ...turn,
    parts: turn.parts.filter((part) => part.type !== 'text' || part.text !== context),
  }))
}

/** The user's turns since the assistant last spoke. A prefilled answer at the end does not count as speech. */
function latestOf(turns: Turn[]): Turn[] {
  const spoken = turns.at(-1)?.role === 'assistant' ? turns.slice(0, -1) : turns
  const last = spoken.findLastIndex((turn) => turn.role === 'assistant')
  return spoken.slice(last + 1).filter((turn) => turn.role === 'user')
}

/** The latest words of the user, and the index of their turn; -1 where there are none. */
function questionOf(turns: Turn[]): [question: string, at: number] {
  for (const wordsOf of [ownWords, textOf]) {
    const at = turns.findLastIndex(({ role, parts }) => role === 'user' && wordsOf(parts) !== '')
    if (at >= 0) return [wordsOf(turns[at]!.parts), at]
  }
  return ['', -1]
}

const ownWords = (parts: Part[]): string =>
  textOf(parts.filter((part) => part.type !== 'text' || !isAside(part.text)))

/** Clients of agents wrap their reminders and surroundings in a tag, a text of its own each. */
function isAside(text: string): boolean {
  const words = text.trim()
  const tag = /^<([a-z][\w-]*)[\s>]/i.exec(words)?.[1]
  return tag !== undefined && words.endsWith(`</${tag}>`)
}

function resultsOf(parts: Part[], turns: Turn[]): Result[] {
  return parts
    .filter((part) => part.type === 'tool-result')
    .map((part) => ({
      tool: toolOf(part, turns),
      text: textOf(part.content),
      isError: part.isError ?? false,
    }))
}

function toolOf(result: ToolResultPart, turns: Turn[]): string {
  return callsIn(turns).findLast((call) => call.id === result.callId)?.name ?? result.callId
}

function callsIn(turns: Turn[]): ToolCallPart[] {
  return turns.flatMap((turn) => turn.parts).filter((part) => part.type === 'tool-call')
}

function instructionsOf({ system, turns }: Conversation): number {
  const later = turns.filter((turn) => turn.role === 'system').flatMap((turn) => turn.parts)
  return textOf([...system, ...later]).match(/\S+/g)?.length ?? 0
}

function textOf(parts: Part[]): string {
  return parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text)
    .join('\n')
    .trim()
}
