import { createRoute } from '@hono/zod-openapi'
import { retrieveAndGenerate } from '../../dialects/retrieve-and-generate/index.ts'
import {
  generateEvent,
  generateRequest,
  generateResponse,
} from '../../dialects/retrieve-and-generate/wire.ts'
import { exchange } from '../../gateway/exchange.ts'
import { respond } from '../../http/answers/respond.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { answerHeaders } from '../answer-contract.ts'
import { jsonRequest } from '../json-contract.ts'
import { modelErrors } from '../openai/error-contract.ts'
import { tags } from './bases.ts'
import { baseParams } from './contract.ts'

export const generateFromKnowledgeBase = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/knowledge-bases/{knowledge_base_id}/retrieve-and-generate',
    operationId: 'retrieve_and_generate',
    summary: 'Answer a question from a knowledge base',
    description:
      "Bedrock's RetrieveAndGenerate, where the knowledge base and the model are both Bedrock's; else passages are found first and any chat model answers from them. With `stream` the answer comes as server-sent events: `output` with more text, `citation`, then `end`, and `[DONE]`.",
    tags,
    request: {
      params: baseParams,
      body: jsonRequest(generateRequest),
    },
    responses: {
      200: {
        description: 'The answer, whole or as a stream of events.',
        headers: answerHeaders,
        content: {
          'application/json': { schema: generateResponse },
          'text/event-stream': { schema: generateEvent },
        },
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const { knowledge_base_id: knowledgeBaseId } = c.req.valid('param')
    const body = { ...c.req.valid('json'), knowledgeBaseId }
    const heard = { dialect: retrieveAndGenerate, body, ...caller(c) }
    return respond(c, await exchange(heard, c.get('services')))
  },
)
