import type { Turn } from '../../conversation/conversation.ts'
import type { Spelling } from './extras.ts'

/** Titan's own form of a conversation (user guide, model-parameters-titan-text): `User: ...\nBot:`. */
const MARKS = { user: 'User:', assistant: 'Bot:' } as const
const MARK = /^(User|Bot):/gm

type Role = keyof typeof MARKS

/** One piece of a prompt: whose words they are, as they stood and as they read. */
export interface Piece extends Spelling {
  role: Turn['role']
}

interface Transcript {
  pieces: Piece[]
  /** What stood behind the last turn. */
  closing: string
}

/**
 * A prompt as turns. It is a transcript when its last line is `Bot:` alone and some line before begins
 * with `User:`; what stands before the first turn is the system prompt. Any other text is one turn of the
 * user's, to the letter.
 */
export function readTranscript(text: string): Transcript {
  const starts = [...text.matchAll(MARK)]
  const last = starts.at(-1)
  const opensAnswer = last?.[1] === 'Bot' && text.slice(last.index).trim() === MARKS.assistant
  if (!opensAnswer || !starts.some(([, name]) => name === 'User')) {
    return { pieces: [{ role: 'user', raw: text, said: text }], closing: '' }
  }
  const pieces: Piece[] = []
  const preamble = text.slice(0, starts[0]!.index)
  if (preamble !== '') pieces.push({ role: 'system', raw: preamble, said: preamble.trim() })
  starts.slice(0, -1).forEach((start, at) => {
    const role: Role = start[1] === 'User' ? 'user' : 'assistant'
    const raw = text.slice(start.index, starts[at + 1]!.index)
    pieces.push({ role, raw, said: raw.slice(MARKS[role].length).trim() })
  })
  return { pieces, closing: text.slice(last.index) }
}

/** One turn as a line of a prompt. */
export function writeTurn(role: Turn['role'], said: string): string {
  return role === 'system' ? `${said}\n\n` : `${MARKS[role]} ${said}\n`
}

/** What asks the model to speak. */
export const CLOSING = MARKS.assistant
