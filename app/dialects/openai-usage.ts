import { z } from '@hono/zod-openapi'
import type { Usage } from '../conversation/events.ts'

/** OpenAI's CompletionUsage. */
export const usage = z
  .looseObject({
    prompt_tokens: z.number().describe('All tokens read, those of the cache included.'),
    completion_tokens: z.number(),
    total_tokens: z.number(),
    prompt_tokens_details: z
      .looseObject({
        cached_tokens: z.number().optional(),
        cache_write_tokens: z.number().optional(),
        audio_tokens: z.number().optional(),
      })
      .optional(),
    completion_tokens_details: z
      .looseObject({
        reasoning_tokens: z.number().optional(),
        audio_tokens: z.number().optional(),
        accepted_prediction_tokens: z.number().optional(),
        rejected_prediction_tokens: z.number().optional(),
      })
      .optional(),
  })
  .openapi('ChatCompletionUsage')

export type WireUsage = z.infer<typeof usage>

/** Our count as OpenAI counts: the cache's tokens are part of the prompt's (T49). */
export function encodeUsage(count: Usage): WireUsage {
  const prompt = count.input + (count.cacheRead ?? 0) + (count.cacheWrite ?? 0)
  return {
    prompt_tokens: prompt,
    completion_tokens: count.output,
    total_tokens: prompt + count.output,
    prompt_tokens_details:
      count.cacheWrite === undefined
        ? { cached_tokens: count.cacheRead ?? 0, audio_tokens: 0 }
        : {
            cached_tokens: count.cacheRead ?? 0,
            audio_tokens: 0,
            cache_write_tokens: count.cacheWrite,
          },
    completion_tokens_details: {
      reasoning_tokens: count.reasoning ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The count of several answers to one prompt: OpenAI counts the prompt once, however many answers it gets. */
export function sumAnswers(counts: readonly Usage[]): Usage {
  if (counts.length === 1) return counts[0]!
  const [first, ...others] = counts
  const sum: Usage = { input: 0, output: 0, ...first }
  for (const count of others) {
    sum.output += count.output
    if (count.reasoning !== undefined) sum.reasoning = (sum.reasoning ?? 0) + count.reasoning
  }
  return sum
}
