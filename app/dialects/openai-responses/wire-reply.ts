import { z } from '@hono/zod-openapi'
import { guardrailed } from '../openai-guardrail.ts'
import { servedLatency } from '../openai-settings.ts'

/** Any item of an answer, or of what was asked. */
export const outputItem = z
  .looseObject({
    id: z.string(),
    type: z
      .string()
      .describe('message, reasoning, function_call, custom_tool_call, web_search_call, ...'),
    status: z.string().optional(),
    encrypted_content: z
      .string()
      .optional()
      .describe('Of a thought: send it back unchanged, and the model goes on with it.'),
  })
  .openapi('ResponseOutputItem')

const usage = z
  .looseObject({
    input_tokens: z.number().describe('All tokens read, those of the cache included.'),
    input_tokens_details: z.looseObject({
      cached_tokens: z.number(),
      cache_write_tokens: z.number(),
    }),
    output_tokens: z.number(),
    output_tokens_details: z.looseObject({ reasoning_tokens: z.number() }),
    total_tokens: z.number(),
  })
  .openapi('ResponseUsage')

/** OpenAI's Response; for the documentation, nothing is parsed by it. */
export const responseObject = z
  .looseObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.number().describe('Unix time in seconds.'),
    completed_at: z.number().nullable(),
    status: z.enum(['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete']),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.looseObject({ reason: z.string() }).nullable(),
    model: z.string(),
    output: z.array(outputItem),
    previous_response_id: z.string().nullable(),
    conversation: z.looseObject({ id: z.string() }).optional(),
    usage: usage.nullable(),
    performanceConfig: servedLatency,
    ...guardrailed,
  })
  .openapi('Response')

/** One event of a stream; the specification calls their types ResponseStreamEvent. */
export const responseEvent = z
  .looseObject({
    type: z.string().describe('response.created, response.output_text.delta, ...'),
    sequence_number: z.number().describe('Rises by one.'),
  })
  .openapi('ResponseStreamEvent')

export const compactedResponse = z
  .looseObject({
    id: z.string(),
    object: z.literal('response.compaction'),
    created_at: z.number(),
    output: z.array(outputItem).describe('What takes the place of the conversation.'),
    usage,
  })
  .openapi('CompactedResponse')

export const tokenCount = z
  .looseObject({ object: z.literal('response.input_tokens'), input_tokens: z.number() })
  .openapi('ResponseTokenCount')
