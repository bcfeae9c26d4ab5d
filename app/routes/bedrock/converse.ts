import { createRoute } from '@hono/zod-openapi'
import { heardBedrockConverse } from '../../dialects/bedrock-converse/index.ts'
import { converseReply } from '../../dialects/bedrock-converse/reply-schema.ts'
import { converseRequest } from '../../dialects/bedrock-converse/request-schema.ts'
import { exchange } from '../../gateway/exchange.ts'
import { respond } from '../../http/answers/respond.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { answerHeaders } from './answer-headers.ts'
import { EVENT_STREAM, eventStream, modelErrors, modelParams, modelPath } from './contract.ts'

const request = {
  params: modelParams,
  body: jsonRequest(converseRequest),
}

export const converse = endpoint(
  createRoute({
    method: 'post',
    path: '/model/{modelId}/converse',
    operationId: 'bedrock_converse',
    summary: 'Converse with a model',
    description:
      "Bedrock's Converse with any chat model. What the caller wrote goes on to AWS as it is, beside labels, guardrail and tier of this server.",
    tags: ['Bedrock'],
    request,
    responses: {
      200: jsonAnswer('The answer.', converseReply),
      ...modelErrors,
    },
  }),
  (c) => answer(c, { modelId: c.req.valid('param').modelId, body: c.req.valid('json') }),
  { path: modelPath('converse') },
)

export const converseStream = endpoint(
  createRoute({
    method: 'post',
    path: '/model/{modelId}/converse-stream',
    operationId: 'bedrock_converse_stream',
    summary: 'Converse with a model, streamed',
    description: "Bedrock's ConverseStream: the events of an answer as an AWS event stream.",
    tags: ['Bedrock'],
    request,
    responses: {
      200: {
        description:
          'messageStart, contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata; an exception frame where it breaks off.',
        content: { [EVENT_STREAM]: { schema: eventStream } },
      },
      ...modelErrors,
    },
  }),
  (c) =>
    answer(c, { modelId: c.req.valid('param').modelId, body: c.req.valid('json'), stream: true }),
  { path: modelPath('converse-stream') },
)

interface Asked {
  modelId: string
  body: object
  stream?: boolean
}

async function answer(c: HttpContext, { modelId, body, stream = false }: Asked): Promise<Response> {
  c.get('entry').model = modelId
  const heard = {
    dialect: heardBedrockConverse,
    body: { ...body, modelId, stream },
    binary: true,
    ...caller(c),
  }
  const answered = await exchange(heard, c.get('services'))
  return respond(c, answered, answerHeaders(c, answered))
}
