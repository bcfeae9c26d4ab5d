import { count } from './values.ts'

/** How much of one request is asked of models at the same time. */
export const completionVariables = {
  MAX_CONCURRENT_PROMPTS: count(50, 1, 1000).describe(
    'Prompts of one completion request, and choices of one `n`, sent to the model at the same time; the rest wait.',
  ),
} as const
