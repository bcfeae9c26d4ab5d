import { z } from '@hono/zod-openapi'

const usage = z
  .looseObject({
    input_tokens: z.number().describe('Without what the cache read or wrote.'),
    output_tokens: z.number(),
    cache_creation_input_tokens: z.number().nullish(),
    cache_read_input_tokens: z.number().nullish(),
    cache_creation: z
      .looseObject({
        ephemeral_5m_input_tokens: z.number(),
        ephemeral_1h_input_tokens: z.number(),
      })
      .nullish(),
    output_tokens_details: z.looseObject({ thinking_tokens: z.number() }).nullish(),
    server_tool_use: z
      .looseObject({ web_search_requests: z.number(), web_fetch_requests: z.number().nullish() })
      .nullish()
      .describe('Where the platform ran tools of its own.'),
    service_tier: z.string().nullish(),
  })
  .openapi('MessageUsage')

const replyBlock = z
  .looseObject({
    type: z.string().describe('text, thinking, redacted_thinking, tool_use, server_tool_use, ...'),
  })
  .openapi('MessageReplyBlock')

const stopReason = z.enum([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
])

/** A whole answer. */
export const messageReply = z
  .looseObject({
    id: z.string(),
    type: z.literal('message'),
    role: z.literal('assistant'),
    model: z.string(),
    content: z.array(replyBlock),
    stop_reason: stopReason.nullable(),
    stop_sequence: z.string().nullable(),
    usage,
  })
  .openapi('Message')

/** One event of a streamed answer, as its `data`. */
export const messageStreamEvent = z
  .looseObject({
    type: z.enum([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
      'ping',
      'error',
    ]),
  })
  .openapi('MessageStreamEvent')

/** The body of every error answer, and the data of a stream's `error` event. */
export const errorReply = z
  .looseObject({
    type: z.literal('error'),
    error: z.looseObject({ type: z.string(), message: z.string() }),
    request_id: z.string().nullish(),
  })
  .openapi('MessagesError')

export type WireUsage = z.infer<typeof usage>
export type WireReplyBlock = z.infer<typeof replyBlock>
/** As `messageReply`, with stop reasons nobody knows yet. */
export interface WireReply {
  id: string
  type: 'message'
  role: 'assistant'
  model: string
  content: WireReplyBlock[]
  stop_reason: string | null
  stop_sequence: string | null
  usage: Partial<WireUsage>
}
export type WireErrorReply = z.infer<typeof errorReply>
