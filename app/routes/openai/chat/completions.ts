import { createRoute } from '@hono/zod-openapi'
import { openaiCompletions } from '../../../dialects/openai-completions/index.ts'
import { completionRequest } from '../../../dialects/openai-completions/wire.ts'
import { completion } from '../../../dialects/openai-completions/wire-reply.ts'
import { exchange } from '../../../gateway/exchange.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'

const contract = createRoute({
  method: 'post',
  path: '/v1/completions',
  operationId: 'create_completion',
  summary: 'Complete prompts',
  description:
    "OpenAI's completions with any chat model: each prompt is one message of the user, and nothing is added to it. Several prompts are answered at the same time, and all of them or none. With `stream` the answers come as server-sent events, interleaved by `choices[].index`, that end with `[DONE]`.",
  tags: ['Completions'],
  request: { body: jsonRequest(completionRequest) },
  responses: {
    200: {
      description: 'The answers, whole or as a stream of chunks of the same form.',
      headers: answerHeaders,
      content: {
        'application/json': { schema: completion },
        'text/event-stream': { schema: completion },
      },
    },
    ...modelErrors,
  },
})

export const createCompletion = endpoint(contract, async (c) => {
  const body = c.req.valid('json')
  const heard = { dialect: openaiCompletions, body, operation: 'completion' as const, ...caller(c) }
  return respond(c, await exchange(heard, c.get('services')))
})
