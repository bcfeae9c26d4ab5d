import { createRoute } from '@hono/zod-openapi'
import type { OpenaiChat } from '../../dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../dialects/openai-chat/wire.ts'
import {
  chatCompletion,
  chatCompletionChunk,
  type WireCompletion,
} from '../../dialects/openai-chat/wire-reply.ts'
import type { Answered } from '../../gateway/answer.ts'
import { exchange } from '../../gateway/exchange.ts'
import { caller } from '../../http/caller.ts'
import { respond } from '../../http/respond.ts'
import { endpoint } from '../../http/surface.ts'
import { storedCompletions } from '../../library/stored-completions.ts'
import { answerHeaders } from './answer-contract.ts'
import { modelErrors } from './error-contract.ts'

const contract = createRoute({
  method: 'post',
  path: '/v1/chat/completions',
  operationId: 'create_chat_completion',
  summary: 'Answer a conversation',
  description:
    "OpenAI's chat completions with any chat model. With `stream` the answer comes as server-sent events that end with `[DONE]`; a stream that ends otherwise has broken off, and its last event says why.",
  tags: ['Chat'],
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: chatCompletionRequest } },
    },
  },
  responses: {
    200: {
      description: 'The answer, whole or as a stream of chunks.',
      headers: answerHeaders,
      content: {
        'application/json': { schema: chatCompletion },
        'text/event-stream': { schema: chatCompletionChunk },
      },
    },
    ...modelErrors,
  },
})

export const createChatCompletion = (dialect: OpenaiChat) =>
  endpoint(contract, async (c) => {
    const body = c.req.valid('json')
    const services = c.get('services')
    const asking = caller(c)
    const keep = (answered: Answered) =>
      storedCompletions(services, asking.owner).keep(answered.body as WireCompletion, body.messages)
    return respond(c, await exchange({ dialect, body, ...asking, keep }, services))
  })
