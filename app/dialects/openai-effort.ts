import type { ReasoningRequest } from '../conversation/conversation.ts'

/** The levels OpenAI's models know. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

const LOW_BUDGET = 2048
const MEDIUM_BUDGET = 16384

/** OpenAI's models know levels, not budgets; undefined for thought as the model likes, which is how they begin. */
export function effortOf({ effort, budget }: ReasoningRequest): string | undefined {
  if (effort || budget === undefined) return effort
  if (budget <= LOW_BUDGET) return 'low'
  return budget <= MEDIUM_BUDGET ? 'medium' : 'high'
}
