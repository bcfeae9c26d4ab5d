import { z } from '@hono/zod-openapi'

/** The answer of Converse, for the document: whoever answers is not checked by it. */
export const converseReply = z
  .looseObject({
    output: z.looseObject({
      message: z.looseObject({ role: z.string(), content: z.array(z.looseObject({})) }),
    }),
    stopReason: z.string(),
    usage: z.looseObject({
      inputTokens: z.int(),
      outputTokens: z.int(),
      totalTokens: z.int(),
    }),
    metrics: z.looseObject({ latencyMs: z.int() }),
  })
  .openapi('ConverseResponse')
