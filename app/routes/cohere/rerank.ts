import { createRoute, type z } from '@hono/zod-openapi'
import { unknownFields } from '../../dialects/extras.ts'
import { GatewayError } from '../../errors.ts'
import { rerank } from '../../gateway/operations/rerank.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { RerankRequest } from '../../ports/reranking.ts'
import { answerHeaders } from '../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './errors.ts'
import { rerankAnswer, rerankRequest1, rerankRequest2 } from './wire.ts'

const shared = {
  method: 'post' as const,
  tags: ['Embeddings'] as string[],
  summary: 'Rerank documents by relevance to a query',
  responses: {
    200: {
      ...jsonAnswer('The documents in their order, the best first.', rerankAnswer),
      headers: answerHeaders,
    },
    ...modelErrors,
  },
}

const KNOWN = new Set([
  'model',
  'query',
  'documents',
  'top_n',
  'rank_fields',
  'return_documents',
  'max_chunks_per_doc',
])

export const rerank2 = endpoint(
  createRoute({
    ...shared,
    path: '/cohere/v2/rerank',
    operationId: 'cohere_rerank',
    description: "Cohere's rerank with any reranker of Bedrock.",
    request: { body: jsonRequest(rerankRequest2) },
  }),
  (c) => {
    const body = c.req.valid('json')
    return answer(c, { body, documents: body.documents, version: '2' })
  },
)

export const rerank1 = endpoint(
  createRoute({
    ...shared,
    path: '/cohere/v1/rerank',
    operationId: 'cohere_rerank_v1',
    description: "Cohere's first rerank: documents may be objects, and come back when asked for.",
    request: { body: jsonRequest(rerankRequest1) },
  }),
  (c) => {
    const body = c.req.valid('json')
    if (body.max_chunks_per_doc !== null && body.max_chunks_per_doc !== undefined) {
      throw new GatewayError(
        'unsupported-parameter',
        'max_chunks_per_doc is not taken: no model here cuts documents into chunks.',
        { param: 'max_chunks_per_doc' },
      )
    }
    const fields = body.rank_fields ?? undefined
    const documents = body.documents.map((one, index) => ranked(one, { fields, index }))
    const returned = body.return_documents
      ? body.documents.map((one) => (typeof one === 'string' ? { text: one } : one))
      : undefined
    return answer(c, { body, documents, version: '1', returned })
  },
)

/** What of a document counts: a text, or the fields that were named. */
function ranked(
  document: z.infer<typeof rerankRequest1>['documents'][number],
  { fields, index }: { fields: readonly string[] | undefined; index: number },
): RerankRequest['documents'][number] {
  if (typeof document === 'string') return document
  if (fields) {
    return Object.fromEntries(
      fields.filter((one) => Object.hasOwn(document, one)).map((one) => [one, document[one]]),
    )
  }
  const { text } = document
  if (typeof text === 'string') return text
  const param = `documents[${index}].text`
  throw new GatewayError('invalid-request', `${param} is missing, and no rank_fields are named.`, {
    param,
  })
}

interface Asked {
  body: { model: string; query: string; top_n?: number | null }
  documents: RerankRequest['documents']
  version: string
  /** The documents, where they are to come back. */
  returned?: readonly Record<string, unknown>[]
}

async function answer(
  c: HttpContext,
  { body, documents, version, returned }: Asked,
): Promise<Response> {
  const { model, query, top_n: top } = body
  const extras = unknownFields(body, KNOWN)
  const asked = { model, query, documents, ...(top && { top }), ...(extras && { extras }) }
  const { result, record, headers } = await rerank(asked, caller(c), c.get('services'))
  c.get('entry').record = record
  const { searches } = result.usage
  const written: z.infer<typeof rerankAnswer> = {
    id: c.get('requestId'),
    results: result.results.map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(returned && { document: returned[index]! }),
    })),
    meta: {
      api_version: { version },
      billed_units: searches === undefined ? {} : { search_units: searches },
    },
  }
  return reply(c, JSON.stringify(written), { headers })
}
