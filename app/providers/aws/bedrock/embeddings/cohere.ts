import { base64Size } from '../../../../codecs/bytes/base64.ts'
import { GatewayError } from '../../../../errors.ts'
import type { EmbeddedInput, EmbeddingInput, EmbeddingPiece } from '../../../../ports/embeddings.ts'
import {
  type Body,
  type Embedder,
  fieldsOf,
  inlineData,
  isVector,
  partsOf,
  VECTORS,
  type Wishes,
} from './embedder.ts'

/** Inputs of one call, texts and images alike. */
const MOST_INPUTS = 96
/** Bytes of all images of one call to version 4, or letters of its texts. */
const MOST_BYTES = 18_000_000

const COHERE = {
  input: ['text', 'image'],
  truncates: ['none', 'start', 'end'],
  takesPurpose: true,
  forms: ['int8', 'uint8', 'binary', 'ubinary'],
  traits: { ...VECTORS, inlineLimits: { image: 5_000_000 } },
  decode,
} as const

/** User guide, model-parameters-embed-v3. One image a call, and never beside texts. */
export const cohere3: Embedder = {
  ...COHERE,
  ids: ['cohere.embed-english-v3', 'cohere.embed-multilingual-v3'],
  contextWindow: 512,
  dimensions: [1024],
  joins: (batch, next) =>
    batch.length < MOST_INPUTS && next.type === 'text' && batch[0]!.type === 'text',
  encode(inputs, wishes): Body {
    if (inputs[0]!.type === 'text') return { ...common(wishes), texts: inputs.map(textOf) }
    return { ...common(wishes), images: inputs.map(imageOf), input_type: 'image' }
  },
}

/**
 * User guide, model-parameters-embed-v4. Its page has LEFT and RIGHT for `truncate`; START and END were
 * recorded to be taken and are sent. What mixes texts and images goes into `inputs`.
 */
export const cohere4: Embedder = {
  ...COHERE,
  ids: ['cohere.embed-v4'],
  contextWindow: 128_000,
  dimensions: [1536, 1024, 512, 256],
  fuses: () => true,
  joins: (batch, next) =>
    batch.length < MOST_INPUTS &&
    batch[0]!.type === next.type &&
    sizeOf([...batch, next]) <= MOST_BYTES,
  encode(inputs, wishes): Body {
    const { dimensions } = wishes
    const body = { ...common(wishes), ...(dimensions && { output_dimension: dimensions }) }
    const { type } = inputs[0]!
    if (type === 'text') return { ...body, texts: inputs.map(textOf) }
    if (type !== 'fused') return { ...body, images: inputs.map(imageOf) }
    return { ...body, inputs: inputs.map((input) => ({ content: partsOf(input).map(content) })) }
  },
}

function common({ extras, purpose, truncate, forms }: Wishes): Body {
  return {
    ...extras,
    // The service asks for one; what is kept in a store is the usual thing to embed.
    input_type: purpose === undefined || purpose === 'image' ? 'search_document' : purpose,
    ...(truncate && { truncate: truncate.toUpperCase() }),
    // Beside the forms the floats are always wanted, and a single word in place of the list is refused.
    ...(forms?.length && { embedding_types: ['float', ...forms] }),
  }
}

const textOf = (input: EmbeddingInput) => (input.type === 'text' ? input.text : '')

function imageOf(input: EmbeddingInput): string {
  if (input.type === 'text' || input.type === 'fused') return ''
  return `data:${input.mediaType ?? 'image/jpeg'};base64,${inlineData(input) ?? ''}`
}

const content = (part: EmbeddingPiece) =>
  part.type === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'image_url', image_url: { url: imageOf(part) } }

function sizeOf(inputs: readonly EmbeddingInput[]): number {
  let size = 0
  for (const part of inputs.flatMap(partsOf)) {
    size += part.type === 'text' ? part.text.length : base64Size(inlineData(part) ?? '')
  }
  return size
}

/** Version 3 answers a list where no forms were asked for, version 4 an object by form (recorded). */
function decode(answer: unknown, { forms = [] }: Wishes): EmbeddedInput[] {
  const { embeddings } = fieldsOf(answer)
  const byForm = Array.isArray(embeddings) ? { float: embeddings } : fieldsOf(embeddings)
  const floats: unknown = byForm['float']
  if (!Array.isArray(floats) || !floats.every(isVector)) {
    throw new GatewayError('upstream', 'The model gave no vectors.')
  }
  return floats.map((vector, index) => ({
    vector,
    ...(forms.length > 0 && {
      forms: Object.fromEntries(forms.map((form) => [form, formAt(byForm, form, index)])),
    }),
  }))
}

function formAt(byForm: Record<string, unknown>, form: string, index: number): number[] {
  const vectors = byForm[form]
  const vector: unknown = Array.isArray(vectors) ? vectors[index] : undefined
  if (isVector(vector)) return vector
  throw new GatewayError('upstream', `The model gave no ${form} vectors.`)
}
