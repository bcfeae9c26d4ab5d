import { z } from '@hono/zod-openapi'
import { fusedInput } from '../embedding-input.ts'

/** Cohere's bound of one request; the types of its SDK name it. */
const MOST_INPUTS = 96

const FORMS = ['float', 'int8', 'uint8', 'binary', 'ubinary', 'base64'] as const
export type Form = (typeof FORMS)[number]

/** What both versions of embed share. */
const embedMembers = {
  model: z.string().min(1),
  texts: z.array(z.string()).min(1).max(MOST_INPUTS).nullish(),
  images: z
    .array(z.string())
    .min(1)
    .max(MOST_INPUTS)
    .nullish()
    .describe('Data URLs; https, s3://bucket/key and file-id: as well.'),
  input_type: z.string().min(1).nullish().describe('What the vectors are for.'),
  embedding_types: z.array(z.enum(FORMS)).nullish(),
  truncate: z.enum(['NONE', 'START', 'END', 'LEFT', 'RIGHT']).nullish(),
}

export const embedRequest1 = z.looseObject(embedMembers).openapi('CohereEmbedRequestV1')

export const embedRequest2 = z
  .looseObject({
    ...embedMembers,
    inputs: z.array(fusedInput).min(1).max(MOST_INPUTS).nullish(),
    output_dimension: z.int().min(1).nullish(),
    max_tokens: z.int().min(1).nullish(),
    priority: z.int().nullish(),
  })
  .openapi('CohereEmbedRequest')

export type EmbedWire = z.infer<typeof embedRequest2>

const meta = z.looseObject({
  api_version: z.object({ version: z.string() }),
  billed_units: z.looseObject({
    input_tokens: z.int().optional(),
    images: z.int().optional(),
    search_units: z.int().optional(),
  }),
})

const vectors = z.array(z.array(z.number()))

const told = {
  id: z.string(),
  texts: z.array(z.string()),
  meta,
}

export const embedByType = z
  .object({
    ...told,
    response_type: z.literal('embeddings_by_type'),
    embeddings: z.object({
      float: vectors.optional(),
      int8: vectors.optional(),
      uint8: vectors.optional(),
      binary: vectors.optional(),
      ubinary: vectors.optional(),
      base64: z.array(z.string()).optional(),
    }),
  })
  .openapi('CohereEmbeddingsByType')

export const embedFloats = z
  .object({ ...told, response_type: z.literal('embeddings_floats'), embeddings: vectors })
  .openapi('CohereEmbeddingsFloats')

const rerankMembers = {
  model: z.string().min(1),
  query: z.string().min(1),
  top_n: z.int().min(1).nullish(),
}

export const rerankRequest2 = z
  .looseObject({
    ...rerankMembers,
    documents: z.array(z.string()).min(1),
    max_tokens_per_doc: z.int().min(1).nullish(),
    priority: z.int().nullish(),
  })
  .openapi('CohereRerankRequest')

export const rerankRequest1 = z
  .looseObject({
    ...rerankMembers,
    documents: z
      .array(
        z.union([z.string(), z.record(z.string(), z.unknown())], {
          error: 'one of a string or an object',
        }),
      )
      .min(1),
    rank_fields: z
      .array(z.string())
      .min(1)
      .nullish()
      .describe('Which fields of documents that are objects count. Default: `text`.'),
    return_documents: z.boolean().nullish(),
    max_chunks_per_doc: z.int().nullish().describe('Refused: no model here cuts documents up.'),
  })
  .openapi('CohereRerankRequestV1')

export const rerankAnswer = z
  .object({
    id: z.string(),
    results: z.array(
      z.object({
        index: z.int(),
        relevance_score: z.number(),
        document: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
    meta,
  })
  .openapi('CohereRerankAnswer')
