import { z } from '@hono/zod-openapi'
import { numbersOf } from '../../../codecs/vectors.ts'
import type { Embedded, WrittenPiece } from '../../../gateway/operations/embed.ts'
import type { EmbeddedInput } from '../../../ports/embeddings.ts'
import { plainText } from '../../embedding-input.ts'
import { type Body, checked, inlineMedia, type OwnForm, refused } from './form.ts'

const inputText = z.string().min(1)

/** User guide, model-parameters-titan-embed-text; the lengths of the vectors as recorded. */
const version1 = z.strictObject({ inputText })

export const titanVectors1: OwnForm = {
  operation: 'embedding',
  ids: /amazon\.titan-embed-(text-v1|g1-text)/,
  knows: () => false,
  read(body) {
    const asked = checked(version1, body)
    return {
      operation: 'embedding',
      order: {
        inputs: [plainText(asked.inputText, 'inputText')],
        dimensions: 1536,
        params: PARAMS,
      },
      write: ({ embeddings, usage }) => ({
        embedding: numbersOf(embeddings[0]!.vector),
        inputTextTokenCount: usage.input,
      }),
    }
  },
}

const version2 = z.strictObject({
  inputText,
  dimensions: z.literal([256, 512, 1024]).optional(),
  normalize: z.boolean().optional(),
  embeddingTypes: z
    .array(z.enum(['float', 'binary']))
    .min(1)
    .optional(),
})

const PARAMS = { inputs: 'inputText' } as const

export const titanVectors2: OwnForm = {
  operation: 'embedding',
  ids: /amazon\.titan-embed-text-v2/,
  knows: (body) => 'inputText' in body,
  read(body, id) {
    const { inputText: text, dimensions = usualOf(this, id), ...rest } = checked(version2, body)
    const { normalize, embeddingTypes = ['float'] } = rest
    return {
      operation: 'embedding',
      order: {
        inputs: [plainText(text, 'inputText')],
        params: PARAMS,
        ...(dimensions && { dimensions }),
        // What gives vectors of another length than one says so.
        ...(normalize === false && { fields: { normalize } }),
      },
      write: (embedded) => typed(embedded, embeddingTypes),
    }
  },
}

/** Where the model is Titan's by name; others give what they usually give. */
const usualOf = ({ ids }: OwnForm, id: string) => (ids.test(id) ? 1024 : undefined)

function typed({ embeddings, usage }: Embedded, types: readonly ('float' | 'binary')[]): Body {
  const [first] = embeddings
  const embeddingsByType = Object.fromEntries(types.map((type) => [type, BY_TYPE[type](first!)]))
  return {
    ...(types.includes('float') && { embedding: embeddingsByType['float'] }),
    embeddingsByType,
    inputTextTokenCount: usage.input,
  }
}

const BY_TYPE: Record<'float' | 'binary', (embedded: EmbeddedInput) => readonly number[]> = {
  float: ({ vector }) => numbersOf(vector),
  binary: ({ vector }) => numbersOf(vector).map((value) => (value > 0 ? 1 : 0)),
}

const multimodal = z.strictObject({
  inputText: inputText.optional(),
  inputImage: z.string().min(1).optional(),
  embeddingConfig: z
    .strictObject({ outputEmbeddingLength: z.literal([256, 384, 1024]).optional() })
    .optional(),
})

/** User guide, model-parameters-titan-embed-mm: a text and a picture together have one vector. */
export const titanMultimodal: OwnForm = {
  operation: 'embedding',
  ids: /amazon\.titan-embed-image/,
  knows: (body) => 'inputImage' in body,
  read(body, id) {
    const { inputText: text, inputImage: image, embeddingConfig } = checked(multimodal, body)
    const parts: WrittenPiece[] = [
      ...(text === undefined ? [] : [plainText(text, 'inputText')]),
      ...(image === undefined ? [] : [inlineMedia('image', image, { param: 'inputImage' })]),
    ]
    if (parts.length === 0) throw refused('inputText or inputImage is needed.', 'inputText')
    const dimensions = embeddingConfig?.outputEmbeddingLength ?? usualOf(this, id)
    return {
      operation: 'embedding',
      order: {
        inputs: parts.length === 1 ? parts : [{ type: 'fused', parts, param: 'inputImage' }],
        params: PARAMS,
        ...(dimensions && { dimensions }),
      },
      write: ({ embeddings, usage }) => ({
        embedding: numbersOf(embeddings[0]!.vector),
        inputTextTokenCount: text === undefined ? 0 : usage.input,
        message: null,
      }),
    }
  },
}
