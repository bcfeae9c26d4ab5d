import { count } from './values.ts'

/** How much of one request is asked of models at the same time. */
export const completionVariables = {
  MAX_CONCURRENT_PROMPTS: count(50, 1, 1000).describe(
    'Prompts of one completion request, and answers of one `n`, that are asked of the model at the same time; the others wait for a place.',
  ),
} as const
