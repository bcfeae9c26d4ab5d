import type { Conversation, Turn } from '../conversation/conversation.ts'
import type { ModelCard } from '../ports/models.ts'
import { estimateTokens } from './estimate-tokens.ts'

/** What an answer needs where the caller sets it no limit. */
const ANSWER = 4000

/**
 * The conversation without its oldest turns, as far as it would be too long for the model's window by our
 * estimate, where the caller prefers that to a refusal. The last turn always stays.
 */
export function withinWindow(asked: Conversation, { contextWindow }: ModelCard): Conversation {
  if (!asked.truncate || contextWindow === undefined) return asked
  const room = contextWindow - (asked.settings.maxTokens ?? ANSWER)
  let excess = estimateTokens(asked) - room
  if (excess <= 0) return asked
  const { turns } = asked
  let from = 0
  while (excess > 0 && from < turns.length - 1) {
    excess -= estimateTokens({ ...asked, system: [], tools: [], turns: [turns[from]!] })
    from++
  }
  return { ...asked, turns: startingWell(turns.slice(from)) }
}

/** Results whose calls are gone say nothing to anybody. */
function startingWell(turns: Turn[]): Turn[] {
  const called = new Set<string>()
  const kept = turns.map((turn) => ({
    ...turn,
    parts: turn.parts.filter((part) => {
      if (part.type === 'tool-call') called.add(part.id)
      return part.type !== 'tool-result' || called.has(part.callId)
    }),
  }))
  return kept.filter(({ parts }) => parts.length > 0)
}
