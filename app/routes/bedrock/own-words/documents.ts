import { z } from '@hono/zod-openapi'
import type { Reranked } from '../../../gateway/operations/rerank.ts'
import { checked, type OwnForm } from './form.ts'

const shared = {
  query: z.string().min(1),
  documents: z
    .array(z.string().or(z.record(z.string(), z.unknown())))
    .min(1)
    .max(1000),
  top_n: z.int().min(1).optional(),
}

/** Cohere's; without `api_version` it is refused (public issue). */
const cohere = z.strictObject({
  ...shared,
  api_version: z.int().min(2),
  max_tokens_per_doc: z.int().min(1).optional(),
})

const any = z.strictObject({ ...shared, api_version: z.int().optional() })

type Wire = z.infer<typeof any>

const write = ({ results }: Reranked) => ({
  results: results.map(({ index, score }) => ({ index, relevance_score: score })),
})

const meant = ({ query, documents, top_n: top }: Wire) => ({
  operation: 'rerank' as const,
  order: { query, documents, ...(top !== undefined && { top }) },
  write,
})

export const cohereDocuments: OwnForm = {
  operation: 'rerank',
  ids: /cohere\.rerank/,
  knows: () => false,
  read: (body) => meant(checked(cohere, body)),
}

/** Amazon's, and whoever's. */
export const documents: OwnForm = {
  operation: 'rerank',
  ids: /amazon\.rerank/,
  knows: (body) => 'query' in body && 'documents' in body,
  read: (body) => meant(checked(any, body)),
}
