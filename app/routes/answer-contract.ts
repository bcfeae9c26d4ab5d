import { z } from '@hono/zod-openapi'

/** Who counted tokens: the model, or nobody. */
export const COUNTED_BY = 'x-outcrop-token-count'

/** The headers that tell who answered, as the document shows them. */
export const answerHeaders = z.object({
  'x-request-id': z
    .string()
    .describe("The request's id: the caller's own where it sent a valid one."),
  'x-outcrop-provider': z.string().optional().describe('Who answered: aws, embedded.'),
  'x-outcrop-region': z.string().optional().describe('The AWS region that answered.'),
  'x-outcrop-attempts': z.string().optional().describe('Upstream calls it took.'),
  'x-outcrop-ignored-params': z
    .string()
    .optional()
    .describe('Parameters that had no effect on this model.'),
  'x-bedrock-model': z.string().optional().describe('The model, profile or ARN that was asked.'),
  'x-token-usage-input': z.string().optional().describe('Tokens read; of a stream a trailer.'),
  'x-token-usage-output': z.string().optional().describe('Tokens written; of a stream a trailer.'),
})
