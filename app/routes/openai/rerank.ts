import { createRoute, z } from '@hono/zod-openapi'
import { unknownFields } from '../../dialects/extras.ts'
import { rerank } from '../../gateway/operations/rerank.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { answerHeaders } from '../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './error-contract.ts'

const document = z.union([z.string(), z.looseObject({ text: z.string() })], {
  error: 'one of a string or an object with a text',
})

const request = z
  .looseObject({
    model: z.string().min(1),
    query: z.string().min(1),
    documents: z.array(document).min(1).describe('At most 1,000 for models of Bedrock.'),
    top_n: z.int().min(1).nullish().describe('The best so many are answered.'),
    top_k: z.int().min(1).nullish().describe('Another word for `top_n`, which wins.'),
    return_documents: z
      .boolean()
      .nullish()
      .describe('Whether results hold the documents. Default true.'),
  })
  .openapi('RerankRequest')

const answer = z
  .object({
    id: z.string(),
    object: z.literal('list'),
    model: z.string(),
    results: z.array(
      z.object({
        index: z.int().describe('The place of the document in the request.'),
        relevance_score: z.number().describe('Between 0 and 1.'),
        document: z.looseObject({ text: z.string() }).optional(),
      }),
    ),
    usage: z.object({
      total_tokens: z
        .int()
        .describe('0 where the model is billed by searches and tells no tokens.'),
      search_units: z.int().optional(),
    }),
  })
  .openapi('RerankAnswer')

const KNOWN = new Set(['model', 'query', 'documents', 'top_n', 'top_k', 'return_documents'])

/** The form Jina gave it, which vLLM, LiteLLM and others share. OpenAI itself has no such route. */
export const createRerank = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/rerank',
    operationId: 'create_rerank',
    summary: 'Rerank documents by relevance to a query',
    description: 'The best first. Unknown fields go to the model where it knows them.',
    tags: ['Embeddings'],
    request: { body: jsonRequest(request) },
    responses: {
      200: { ...jsonAnswer('The documents in their order.', answer), headers: answerHeaders },
      ...modelErrors,
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const { model, query, documents, top_n, top_k, return_documents: returned } = body
    const texts = documents.map((one) => (typeof one === 'string' ? one : one.text))
    const top = top_n ?? top_k ?? undefined
    const extras = unknownFields(body, KNOWN)
    const asked = { model, query, documents: texts, ...(top && { top }), ...(extras && { extras }) }
    const { result, record, headers } = await rerank(asked, caller(c), c.get('services'))
    c.get('entry').record = record
    const written: z.infer<typeof answer> = {
      id: `rerank-${c.get('requestId')}`,
      object: 'list',
      model,
      results: result.results.map(({ index, score }) => {
        const given = documents[index]!
        return {
          index,
          relevance_score: score,
          ...(returned !== false && {
            document: typeof given === 'string' ? { text: given } : given,
          }),
        }
      }),
      usage: {
        total_tokens: result.usage.input,
        ...(result.usage.searches !== undefined && { search_units: result.usage.searches }),
      },
    }
    return reply(c, JSON.stringify(written), { headers })
  },
)
