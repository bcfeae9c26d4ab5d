import { z } from '@hono/zod-openapi'
import { guardrailed } from '../openai-guardrail.ts'
import { knowledgeMembersSchema } from '../openai-knowledge.ts'
import { servedLatency } from '../openai-settings.ts'
import { usage } from '../openai-usage.ts'
import { reasoningDetail, serverToolRun } from './wire-messages.ts'

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])

const annotation = z.looseObject({
  type: z.literal('url_citation'),
  url_citation: z.looseObject({
    url: z.string(),
    title: z.string(),
    start_index: z.number().describe('Characters into the content.'),
    end_index: z.number(),
  }),
})

const spoken = z.looseObject({
  id: z.string(),
  data: z.string().describe('Base64.'),
  transcript: z.string(),
  expires_at: z.number(),
})

const functionCall = z.looseObject({ name: z.string(), arguments: z.string() })

const calledTool = z.looseObject({
  id: z.string(),
  type: z.enum(['function', 'custom']),
  function: functionCall.optional(),
  custom: z.looseObject({ name: z.string(), input: z.string() }).optional(),
})

const replyMessage = z
  .looseObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    refusal: z.string().nullable(),
    annotations: z.array(annotation).optional(),
    tool_calls: z.array(calledTool).optional(),
    function_call: functionCall.optional(),
    audio: spoken.nullish(),
    images: z.array(z.looseObject({ type: z.literal('image_url') })).optional(),
    reasoning_content: z.string().nullish().describe('What the model thought, in plain text.'),
    reasoning: z.string().nullish().describe('`reasoning_content` by another name.'),
    reasoning_details: z
      .array(reasoningDetail)
      .nullish()
      .describe('Signed and encrypted thoughts; send them back unchanged with the message.'),
    server_tool_runs: z
      .array(serverToolRun)
      .optional()
      .describe('Tools that the platform ran for the model; send them back unchanged.'),
  })
  .openapi('ChatCompletionMessage')

const choice = z.looseObject({
  index: z.number(),
  message: replyMessage,
  logprobs: z.looseObject({}).nullable(),
  finish_reason: finishReason,
})

/** OpenAI's CreateChatCompletionResponse; for the documentation, nothing is parsed by it. */
export const chatCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.number().describe('Unix time in seconds.'),
    model: z.string(),
    choices: z.array(choice),
    usage: usage.optional(),
    service_tier: z.string().optional(),
    performanceConfig: servedLatency,
    system_fingerprint: z.string().nullish(),
    metadata: z.record(z.string(), z.string()).optional(),
    ...guardrailed,
    ...knowledgeMembersSchema,
  })
  .openapi('CreateChatCompletionResponse')

const calledToolDelta = z.looseObject({
  index: z.number(),
  id: z.string().optional(),
  type: z.string().optional(),
  function: z
    .looseObject({ name: z.string().optional(), arguments: z.string().optional() })
    .optional(),
  custom: z.looseObject({ name: z.string().optional(), input: z.string().optional() }).optional(),
})

const delta = z
  .looseObject({
    role: z.string().optional(),
    content: z.string().nullish(),
    refusal: z.string().nullish(),
    annotations: z.array(annotation).optional(),
    tool_calls: z.array(calledToolDelta).optional(),
    function_call: z
      .looseObject({ name: z.string().optional(), arguments: z.string().optional() })
      .optional(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_details: z.array(reasoningDetail).nullish(),
    server_tool_runs: z.array(serverToolRun).optional(),
  })
  .openapi('ChatCompletionDelta')

/** OpenAI's CreateChatCompletionStreamResponse: one frame of a stream. */
export const chatCompletionChunk = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.number(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: z.number(),
        delta,
        logprobs: z.looseObject({}).nullish(),
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: usage.nullish(),
    service_tier: z.string().optional(),
    performanceConfig: servedLatency,
    ...guardrailed,
    ...knowledgeMembersSchema,
  })
  .openapi('CreateChatCompletionStreamResponse')

/** The one form in which this dialect says that something went wrong. */
export const openaiError = z
  .looseObject({
    error: z.looseObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
      details: z
        .string()
        .optional()
        .describe('Not of OpenAI: the field at fault, or how long to wait.'),
    }),
  })
  .openapi('OpenaiError')

export type WireFinishReason = z.infer<typeof finishReason>
export type WireAnnotation = z.infer<typeof annotation>
export type WireReplyMessage = z.infer<typeof replyMessage>
export type WireChoice = z.infer<typeof choice>
export type WireCompletion = z.infer<typeof chatCompletion>
export type WireChunk = z.infer<typeof chatCompletionChunk>
export type WireDelta = z.infer<typeof delta>
export type WireCalledTool = z.infer<typeof calledTool>
export type WireCalledToolDelta = z.infer<typeof calledToolDelta>
