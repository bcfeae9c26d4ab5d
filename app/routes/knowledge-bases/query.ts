import { createRoute, z } from '@hono/zod-openapi'
import { encodePassage, retrievalResult } from '../../dialects/knowledge-words.ts'
import { decodeRetrievalConfig, retrievalConfig } from '../../dialects/retrieval-config.ts'
import { reply } from '../../http/answers/reply.ts'
import { checkedBody, parsedBody } from '../../http/bodies/json-body.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { asked, tags } from './bases.ts'
import { baseParams } from './contract.ts'

const MOST = 10
const results = z.int().min(1).max(100).nullish()

const queryRequest = z
  .looseObject({
    query: z.string().min(1).max(20_000).describe('What to look for.'),
    max_results: results.describe('Passages wanted at most; 10 when absent.'),
    maxResults: results.describe('The same.'),
    next_token: z.string().nullish().describe('The `nextToken` of the answer before.'),
    nextToken: z.string().nullish().describe('The same.'),
    retrieval_config: retrievalConfig.nullish(),
    retrievalConfiguration: retrievalConfig.nullish().describe('The same.'),
  })
  .openapi('QueryKnowledgeBaseRequest')

export const queryKnowledgeBase = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/knowledge-bases/{knowledge_base_id}/query',
    operationId: 'query_knowledge_base',
    summary: 'Find passages in a knowledge base',
    description:
      'The words may stand in the query string (`query`, `max_results`, `next_token`) or in the body, which wins.',
    tags,
    request: {
      params: baseParams,
      query: z.object({
        query: z.string().optional(),
        max_results: z.string().optional(),
        next_token: z.string().optional(),
      }),
      body: { ...jsonRequest(queryRequest), required: false },
    },
    responses: {
      200: jsonAnswer(
        'The best passages first.',
        z
          .object({
            retrievalResults: z.array(retrievalResult),
            nextToken: z.string().nullable(),
          })
          .openapi('KnowledgeQueryResult'),
      ),
      ...errorResponses(400, 401, 403, 404, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base } = c.req.valid('param')
    const request = await requestOf(c)
    const search = decodeRetrievalConfig(request.retrieval_config ?? request.retrievalConfiguration)
    const most = request.max_results ?? request.maxResults ?? search.results ?? MOST
    const after = request.next_token ?? request.nextToken
    const query = { ...search, base, text: request.query, results: most }
    const { items, next } = await asked(c, (bases, call) =>
      bases.retrieve(after ? { ...query, after } : query, call),
    )
    const found = { retrievalResults: items.map(encodePassage), nextToken: next ?? null }
    return reply(c, JSON.stringify(found))
  },
  { readsItself: true },
)

/** The server of source-3 wants the words in the query string; a body is what everybody expects. */
async function requestOf(c: HttpContext): Promise<z.infer<typeof queryRequest>> {
  const { query, max_results: most, next_token: token } = c.req.query()
  const told = {
    ...(query !== undefined && { query }),
    ...(most !== undefined && { max_results: /^\d{1,9}$/.test(most) ? Number(most) : most }),
    ...(token && { next_token: token }),
  }
  const body = await parsedBody(c, {})
  const value = { ...told, ...body }
  return checkedBody(c, value, { schema: queryRequest }) as z.infer<typeof queryRequest>
}
