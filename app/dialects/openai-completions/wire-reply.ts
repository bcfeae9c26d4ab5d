import { z } from '@hono/zod-openapi'
import { guardrailed } from '../openai-guardrail.ts'
import { servedLatency } from '../openai-settings.ts'
import { usage } from '../openai-usage.ts'

const finishReason = z.enum(['stop', 'length', 'content_filter'])

const logprobs = z.looseObject({
  tokens: z.array(z.string()).nullish(),
  token_logprobs: z.array(z.number().nullable()).nullish(),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
  text_offset: z
    .array(z.number())
    .nullish()
    .describe('Where each token begins, in characters. Of models that chat: in `text`.'),
})

const choice = z.looseObject({
  text: z.string(),
  index: z.number().describe('Prompt by prompt, and answer by answer of each.'),
  logprobs: logprobs.nullable().describe('Null unless asked for, and told by the upstream.'),
  finish_reason: finishReason.nullable().describe('Null in a stream as long as there is more.'),
})

/** OpenAI's CreateCompletionResponse, whole or one chunk of a stream; for the documentation, nothing is parsed by it. */
export const completion = z
  .looseObject({
    id: z.string(),
    object: z.literal('text_completion'),
    created: z.number().describe('Unix time in seconds.'),
    model: z.string(),
    choices: z.array(choice),
    usage: usage.nullish(),
    service_tier: z.string().optional(),
    performanceConfig: servedLatency,
    ...guardrailed,
  })
  .openapi('CreateCompletionResponse')

export type WireFinishReason = z.infer<typeof finishReason>
export type WireCompletion = z.infer<typeof completion>
