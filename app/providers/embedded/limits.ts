import type {
  ReasoningPart,
  Settings,
  TextPart,
  ToolCallPart,
} from '../../conversation/conversation.ts'
import type { StopReason } from '../../conversation/events.ts'
import { countTokens, firstTokens } from './tokens.ts'

export type SpokenPart = TextPart | ReasoningPart | ToolCallPart

/** What would be said, and why it would end there. */
export interface Draft {
  parts: SpokenPart[]
  reason: StopReason
  stopSequence?: string
}

/** The draft as far as the caller lets it go. */
export function keepLimits(draft: Draft, settings: Settings): Draft {
  return cutAtMaximum(cutAtStop(draft, settings.stop ?? []), settings.maxTokens)
}

/** Ends the answer before the first stop sequence in its text; thoughts and arguments may hold them. */
function cutAtStop(draft: Draft, sequences: string[]): Draft {
  for (const [index, part] of draft.parts.entries()) {
    if (part.type !== 'text') continue
    const stop = firstOf(sequences, part.text)
    if (!stop) continue
    const shown: SpokenPart = { ...part, text: part.text.slice(0, stop.at) }
    return {
      parts: [...draft.parts.slice(0, index), ...(shown.text === '' ? [] : [shown])],
      reason: 'stop-sequence',
      stopSequence: stop.sequence,
    }
  }
  return draft
}

function firstOf(sequences: string[], text: string): { sequence: string; at: number } | undefined {
  return sequences
    .map((sequence) => ({ sequence, at: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0]
}

/** Ends the answer after so many tokens, also inside a call's arguments. */
function cutAtMaximum(draft: Draft, most: number | undefined): Draft {
  if (most === undefined) return draft
  let left = most
  const parts: SpokenPart[] = []
  for (const part of draft.parts) {
    const cost = costOf(part)
    if (cost > left) {
      return { parts: [...parts, ...beginningOf(part, left)], reason: 'max-tokens' }
    }
    left -= cost
    parts.push(part)
  }
  return draft
}

function costOf(part: SpokenPart): number {
  if (part.type !== 'tool-call') return countTokens(part.text)
  return countTokens(part.name) + countTokens(part.arguments)
}

function beginningOf(part: SpokenPart, tokens: number): SpokenPart[] {
  if (part.type !== 'tool-call') {
    const text = firstTokens(part.text, tokens)
    return text === '' ? [] : [{ ...part, text }]
  }
  const left = tokens - countTokens(part.name)
  return left < 0 ? [] : [{ ...part, arguments: firstTokens(part.arguments, left) }]
}
