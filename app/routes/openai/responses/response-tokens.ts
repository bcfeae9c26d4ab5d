import { createRoute, z } from '@hono/zod-openapi'
import { openaiCompaction } from '../../../dialects/openai-responses/compaction.ts'
import { openaiResponses } from '../../../dialects/openai-responses/index.ts'
import { compactRequest, countRequest } from '../../../dialects/openai-responses/wire.ts'
import { compactedResponse, tokenCount } from '../../../dialects/openai-responses/wire-reply.ts'
import { countTokens } from '../../../gateway/count-tokens.ts'
import { exchange } from '../../../gateway/exchange.ts'
import { reply } from '../../../http/answers/reply.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { openResponseThread } from '../../../library/responses/response-thread.ts'
import { answerHeaders, COUNTED_BY } from '../../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'

/** The router's word for these paths, beside which it has those of a response by its id. */
const ONE_OF_ALL = '/v1/responses/{response_id}'

export const countResponseTokens = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/responses/input_tokens',
    operationId: 'count_response_tokens',
    summary: 'Count the tokens of a response',
    description:
      'Counted by the model where AWS counts for it, else estimated by the length of the texts: the header says which.',
    tags: ['Responses'],
    request: { body: jsonRequest(countRequest) },
    responses: {
      200: {
        ...jsonAnswer('The tokens the model would read.', tokenCount),
        headers: z.object({ [COUNTED_BY]: z.enum(['model', 'estimate']) }),
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const services = c.get('services')
    const asking = caller(c)
    const { request } = await openResponseThread(c.req.valid('json'), services, asking.owner)
    const heard = { dialect: openaiResponses, body: request, ...asking }
    const { tokens, estimated } = await countTokens(heard, services)
    const body = { object: 'response.input_tokens', input_tokens: tokens }
    return reply(c, JSON.stringify(body), {
      headers: { [COUNTED_BY]: estimated ? 'estimate' : 'model' },
    })
  },
  { path: ONE_OF_ALL, only: '/v1/responses/input_tokens' },
)

export const compactResponse = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/responses/compact',
    operationId: 'compact_response',
    summary: 'Compact a conversation',
    description:
      'The model writes a summary; with the last messages of the user it takes the place of the conversation in the next request.',
    tags: ['Responses'],
    request: { body: jsonRequest(compactRequest) },
    responses: {
      200: {
        ...jsonAnswer('The items that take its place.', compactedResponse),
        headers: answerHeaders,
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const services = c.get('services')
    const asking = caller(c)
    const { request } = await openResponseThread(c.req.valid('json'), services, asking.owner)
    const heard = { dialect: openaiCompaction, body: request, ...asking }
    return respond(c, await exchange(heard, services))
  },
  { path: ONE_OF_ALL, only: '/v1/responses/compact' },
)
