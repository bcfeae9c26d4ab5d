import { z } from '@hono/zod-openapi'
import { numbersOf } from '../../../codecs/vectors.ts'
import type { Embedded, WrittenInput } from '../../../gateway/operations/embed.ts'
import { attachment, fused, fusedInput, plainText, TRUNCATIONS } from '../../embedding-input.ts'
import { type Body, checked, type OwnForm, refused } from './form.ts'

const MOST = 96
const PURPOSES = ['search_document', 'search_query', 'classification', 'clustering'] as const

const shared = {
  texts: z.array(z.string()).min(1).max(MOST).optional(),
  images: z.array(z.string()).min(1).max(MOST).optional(),
  embedding_types: z.array(z.enum(['float', 'int8', 'uint8', 'binary', 'ubinary'])).nullish(),
}

const version3 = z.strictObject({
  ...shared,
  input_type: z.enum([...PURPOSES, 'image']),
  truncate: z.enum(['NONE', 'START', 'END']).nullish(),
})

const version4 = z.strictObject({
  ...shared,
  inputs: z.array(fusedInput).min(1).max(MOST).optional(),
  input_type: z.enum([...PURPOSES, 'image']),
  truncate: z.enum(['NONE', 'START', 'END', 'LEFT', 'RIGHT']).nullish(),
  output_dimension: z.literal([256, 512, 1024, 1536]).nullish(),
  max_tokens: z.int().min(0).nullish(),
})

type Wire = z.infer<typeof version4>

const PARAMS = {
  inputs: 'texts',
  dimensions: 'output_dimension',
  purpose: 'input_type',
  forms: 'embedding_types',
} as const

/** User guide, model-parameters-embed-v3; its answers as recorded. */
export const cohereVectors3: OwnForm = {
  operation: 'embedding',
  ids: /cohere\.embed-(english|multilingual)-v3/,
  knows: () => false,
  read: (body) => meant(checked(version3, body), { dimensions: 1024, isOlder: true }),
}

/** User guide, model-parameters-embed-v4; its answers as recorded. */
export const cohereVectors4: OwnForm = {
  operation: 'embedding',
  ids: /cohere\.embed-/,
  knows: (body) => 'input_type' in body || 'texts' in body,
  read(body, id) {
    const asked = checked(version4, body)
    const dimensions = asked.output_dimension ?? (this.ids.test(id) ? 1536 : undefined)
    return meant(asked, { dimensions, isOlder: false })
  },
}

interface Version {
  dimensions: number | undefined
  isOlder: boolean
}

function meant(asked: Wire, { dimensions, isOlder }: Version) {
  const { input_type: purpose, embedding_types: types, truncate, max_tokens: most } = asked
  const forms = (types ?? []).filter((type) => type !== 'float')
  return {
    operation: 'embedding' as const,
    order: {
      inputs: inputsOf(asked),
      purpose,
      params: PARAMS,
      ...(dimensions && { dimensions }),
      ...(forms.length > 0 && { forms }),
      ...(truncate && { truncate: TRUNCATIONS[truncate] }),
      ...(typeof most === 'number' && { fields: { max_tokens: most } }),
    },
    write: (embedded: Embedded, id: string): Body => ({
      ...(isOlder && !types?.length
        ? {
            embeddings: embedded.embeddings.map(({ vector }) => numbersOf(vector)),
            response_type: 'embeddings_floats',
          }
        : {
            embeddings: byType(embedded, types?.length ? types : ['float']),
            response_type: 'embeddings_by_type',
          }),
      id,
      texts: asked.texts ?? [],
      ...(asked.inputs && { inputs: asked.inputs }),
    }),
  }
}

function inputsOf({ texts, images, inputs }: Wire): WrittenInput[] {
  const given = [texts, images, inputs].filter((one) => one !== undefined)
  if (given.length !== 1)
    throw refused('Exactly one of texts, images and inputs is needed.', 'texts')
  if (texts) return texts.map((text, index) => plainText(text, `texts[${index}]`))
  if (images) return images.map((image, index) => attachment(image, `images[${index}]`))
  return inputs!.map((input, index) => fused(input, `inputs[${index}]`))
}

const byType = ({ embeddings }: Embedded, types: readonly string[]) =>
  Object.fromEntries(
    types.map((type) => [
      type,
      embeddings.map(({ vector, forms }) =>
        type === 'float' ? numbersOf(vector) : (forms?.[type] ?? []),
      ),
    ]),
  )
