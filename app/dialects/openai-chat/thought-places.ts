import type { Part, ReasoningPart, TextPart } from '../../conversation/conversation.ts'
import { ownOf } from './extras.ts'

/**
 * Where a thought stood in its message: behind so many characters of the text and so many calls. Claude thinks between
 * its words and calls, and refuses thoughts that come back in another place. A thought that stood first says nothing;
 * so does one behind blank text alone, which Claude may open with, clients strip and models do not get back.
 */
export interface Place {
  at: number
  calls: number
}

export const placeMembers = ({ at, calls }: Place): Partial<Place> => ({
  ...(at > 0 && { at }),
  ...(calls > 0 && { calls }),
})

/** Undefined for a thought that stood first, or of which nobody says where. */
export function placeOf(thought: ReasoningPart): Place | undefined {
  const { at, calls } = ownOf(thought).inner ?? {}
  const place = { at: countOf(at), calls: countOf(calls) }
  return place.at + place.calls > 0 ? place : undefined
}

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)

/**
 * The parts of a message with thoughts where they stood, in order. Clients shorten words: a thought whose words are
 * gone stays before the call it led to, and last where there is none.
 */
export function withThoughts(parts: Part[], thoughts: readonly ReasoningPart[]): Part[] {
  const waiting = [...thoughts]
  const placed: Part[] = []
  let before = 0
  let calls = 0
  const next = () => {
    const place = waiting[0] && placeOf(waiting[0])
    return place && place.calls <= calls ? place : undefined
  }
  /** Cuts a text where thoughts stood within it, and gives what is left behind the last of them. */
  const cut = (part: TextPart): TextPart => {
    let from = 0
    const end = before + part.text.length
    for (let place = next(); place && place.at < end; place = next()) {
      const at = Math.max(from, place.at - before)
      if (at > from) placed.push({ ...part, text: part.text.slice(from, at) })
      placed.push(waiting.shift()!)
      from = at
    }
    before = end
    return from > 0 ? { ...part, text: part.text.slice(from) } : part
  }
  for (const part of parts) {
    if (part.type === 'tool-call' && part.server === undefined) {
      while (next()) placed.push(waiting.shift()!)
      calls++
    }
    placed.push(part.type === 'text' ? cut(part) : part)
  }
  return [...placed, ...waiting]
}
