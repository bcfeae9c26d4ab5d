import { z } from '@hono/zod-openapi'
import { fusedInput } from '../embedding-input.ts'

/** OpenAI's bound of one request. */
const MOST_INPUTS = 2048

const tokens = z.array(z.int())

const item = z.union([z.string(), fusedInput, z.int(), tokens], { error: 'a string' })

export const embeddingRequest = z
  .looseObject({
    model: z.string().min(1).describe('An id, a profile, an ARN or an alias.'),
    input: z
      .union([z.string(), z.array(item).min(1).max(MOST_INPUTS)], {
        error: 'one of a string or array of strings',
      })
      .describe(
        `A text, or a list of up to ${MOST_INPUTS}. For models that read more than text, a text that is an address (https, s3://bucket/key, file-id:, a data URL) stands for what is there. Arrays of tokens go to models of OpenAI's upstreams alone.`,
      )
      .openapi({ example: ['The food was delicious.', 'The waiter was kind.'] }),
    encoding_format: z
      .enum(['float', 'base64'])
      .nullish()
      .describe('`base64` holds little-endian 32-bit floats.'),
    dimensions: z
      .int()
      .min(1)
      .nullish()
      .describe(
        'Length of the vectors; one the model does not give is a 400 that lists those it does.',
      ),
    user: z.string().nullish().describe("The end user, for the log of the model's keeper."),
    input_type: z
      .string()
      .min(1)
      .nullish()
      .describe(
        "What the vectors are for: search_document, search_query, classification, clustering, or a word of the model's own.",
      ),
    truncate: z
      .string()
      .transform((word) => word.toUpperCase())
      .pipe(z.enum(['NONE', 'START', 'END', 'LEFT', 'RIGHT']))
      .nullish()
      .describe('Which end of a text that is too long is left out.'),
  })
  .openapi('CreateEmbeddingRequest')

export type EmbeddingWire = z.infer<typeof embeddingRequest>

const vector = z.union([z.array(z.number()), z.string()])

export const embeddingList = z
  .object({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int().describe('The place of the input.'),
        embedding: vector.describe('Numbers, or base64 where that was asked for.'),
        segments: z
          .array(z.looseObject({ embedding: vector }))
          .optional()
          .describe("Parts of a long input with vectors of their own, in the model's words."),
      }),
    ),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('EmbeddingList')

export type WireEmbeddingList = z.infer<typeof embeddingList>
