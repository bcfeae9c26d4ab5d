import { GatewayError } from '../../../../errors.ts'
import type { EmbeddingInput } from '../../../../ports/embeddings.ts'
import { type Body, type Embedder, fieldsOf, isVector, VECTORS } from './embedder.ts'

/**
 * Titan's text models: user guide, model-parameters-titan-embed-text. The page says 1,024 dimensions of
 * version 1, the recordings say 1,536: those are followed. Version 1 refuses every field but the text.
 */
const TITAN_TEXT = {
  input: ['text'],
  contextWindow: 8192,
  traits: VECTORS,
  decode: (answer: unknown) => [{ vector: vectorOf(answer) }],
  tokens,
} as const

export const titanText1: Embedder = {
  ...TITAN_TEXT,
  ids: ['amazon.titan-embed-text-v1', 'amazon.titan-embed-g1-text'],
  dimensions: [1536],
  encode: ([input], { extras }): Body => ({ ...extras, inputText: textOf(input) }),
}

export const titanText2: Embedder = {
  ...TITAN_TEXT,
  ids: ['amazon.titan-embed-text-v2'],
  dimensions: [1024, 512, 256],
  encode: ([input], { extras, dimensions }): Body => ({
    ...extras,
    inputText: textOf(input),
    ...(dimensions && { dimensions }),
  }),
}

/** The text of an input that is known to be one. */
const textOf = (input: EmbeddingInput | undefined): string =>
  input?.type === 'text' ? input.text : ''

export function vectorOf(answer: unknown): number[] {
  const { embedding, embeddingsByType } = fieldsOf(answer)
  const float = fieldsOf(embeddingsByType)['float']
  const vector = isVector(embedding) ? embedding : float
  if (isVector(vector)) return vector
  throw new GatewayError('upstream', 'The model gave no vector.')
}

export function tokens(answer: unknown): number | undefined {
  const count = fieldsOf(answer)['inputTextTokenCount']
  return typeof count === 'number' ? count : undefined
}
