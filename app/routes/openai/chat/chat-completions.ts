import { createRoute, z } from '@hono/zod-openapi'
import { messagesRequest } from '../../../dialects/anthropic-messages/wire.ts'
import {
  messageReply,
  messageStreamEvent,
} from '../../../dialects/anthropic-messages/wire-reply.ts'
import { BODY_FORMATS } from '../../../dialects/detect.ts'
import type { OpenaiChat } from '../../../dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../dialects/openai-chat/wire.ts'
import { chatCompletion, chatCompletionChunk } from '../../../dialects/openai-chat/wire-reply.ts'
import {
  titanTextChunk,
  titanTextReply,
  titanTextRequest,
} from '../../../dialects/titan-text/wire.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'
import { answerChat, CHAT } from './answer-chat.ts'

const contract = createRoute({
  ...CHAT,
  operationId: 'create_chat_completion',
  summary: 'Answer a conversation',
  description:
    "OpenAI's chat completions with any chat model; bodies of Claude and Titan as Bedrock has them are heard as well, and answered in any of the three formats. With `stream` the answer comes as server-sent events that end with `[DONE]`; a stream that ends otherwise has broken off, and its last event says why.",
  tags: ['Chat'],
  request: {
    query: z.object({
      target_format: z
        .enum(BODY_FORMATS)
        .optional()
        .describe("The format of the answer, whatever the body's: openai when absent."),
    }),
    body: jsonRequest(z.union([chatCompletionRequest, messagesRequest, titanTextRequest])),
  },
  responses: {
    200: {
      description: 'The answer, whole or as a stream of chunks.',
      headers: answerHeaders,
      content: {
        'application/json': { schema: z.union([chatCompletion, messageReply, titanTextReply]) },
        'text/event-stream': {
          schema: z.union([chatCompletionChunk, messageStreamEvent, titanTextChunk]),
        },
      },
    },
    ...modelErrors,
  },
})

export const createChatCompletion = (openai: OpenaiChat) =>
  endpoint(contract, answerChat(openai), { readsItself: true })
