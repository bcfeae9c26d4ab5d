import type { Conversation, Part, ToolResultPart, Turn } from '../../conversation/conversation.ts'
import { type Attachment, attachmentsOf } from './attachments.ts'

/** A tool's result, with the name its call had. */
export interface Result {
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
  /** Turns before the latest ones of the user. */
  earlier: number
  /** Words of the system prompt; 0 without one. */
  instructions: number
}

export function read(conversation: Conversation): Reading {
  const turns = saidByCaller(conversation)
  const latest = latestOf(turns)
  const question = questionOf(turns)
  const parts = latest.flatMap((turn) => turn.parts)
  return {
    question,
    attachments: attachmentsOf(parts),
    results: resultsOf(parts, turns),
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

function questionOf(turns: Turn[]): string {
  const asking = turns.findLast((turn) => turn.role === 'user' && textOf(turn.parts) !== '')
  return asking ? textOf(asking.parts) : ''
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
  const calls = turns.flatMap((turn) => turn.parts).filter((part) => part.type === 'tool-call')
  return calls.findLast((call) => call.id === result.callId)?.name ?? result.callId
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
