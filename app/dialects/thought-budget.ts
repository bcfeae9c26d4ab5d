import type { ReasoningRequest, Settings, Turn } from '../conversation/conversation.ts'
import type { ModelCard } from '../ports/models.ts'

export type Effort = Exclude<ReasoningRequest['effort'], 'none' | undefined>

/** Tokens of thought that Claude wants at least. */
const LEAST = 1024
/** Tokens of an answer where nobody names a limit and none is known. */
const FALLBACK_ROOM = 32_768

/** The part of the room that goes to thought, for models that take a budget in tokens. */
const SHARE: Record<Effort, number> = {
  minimal: 0,
  low: 0.25,
  medium: 0.5,
  high: 0.75,
  xhigh: 0.9,
  max: 0.95,
}

export interface BudgetWish {
  effort: Effort | undefined
  budget: number | undefined
  /** Tokens the whole answer may take. */
  room: number
  turns: Turn[]
}

/** The budget of a thought in tokens; undefined where there cannot be one. */
export function budgetFor({ effort, budget, room, turns }: BudgetWish): number | undefined {
  if (room <= LEAST || lacksThoughtBeforeTools(turns)) return undefined
  const wanted = budget ?? Math.floor(room * SHARE[effort ?? 'medium'])
  return Math.max(LEAST, Math.min(wanted, room - 1))
}

/** The effort a budget would buy. */
export function effortOf(budget: number): Effort {
  if (budget <= 4096) return 'low'
  return budget <= 16_384 ? 'medium' : 'high'
}

/** Tokens the whole answer may take, of which a request may ask for more than the model has. */
export function roomFor({ maxTokens }: Settings, { traits, maxOutput }: ModelCard): number {
  const most = traits.maxOutputTokens ?? maxOutput
  const wanted = maxTokens ?? traits.defaultMaxTokens ?? most ?? FALLBACK_ROOM
  return most === undefined ? wanted : Math.min(wanted, most)
}

/**
 * With a budget Claude wants the thought that led to the last calls before them. Clients that lost it
 * (most of chat completions) are answered without thinking rather than with a 400.
 */
export function lacksThoughtBeforeTools(turns: Turn[]): boolean {
  const last = turns.findLast((turn) => turn.role === 'assistant')
  const calls = last?.parts.some((part) => part.type === 'tool-call' && !part.server)
  return calls === true && last?.parts[0]?.type !== 'reasoning'
}
