import { GatewayError } from '../../../../errors.ts'
import type { EmbeddingPiece } from '../../../../ports/embeddings.ts'
import { type Body, type Embedder, fieldsOf, inlineData, partsOf, VECTORS } from './embedder.ts'
import { tokens, vectorOf } from './titan-text.ts'

/**
 * Titan Multimodal Embeddings G1: user guide, model-parameters-titan-embed-mm. A text and an image together
 * have one vector. An error may come with status 200, as `message`. No exchange with it is recorded.
 */
export const titanMultimodal: Embedder = {
  ids: ['amazon.titan-embed-image'],
  input: ['text', 'image'],
  contextWindow: 256,
  dimensions: [1024, 384, 256],
  traits: VECTORS,
  fuses: (parts) => parts.length === 2 && parts[0]!.type !== parts[1]!.type,
  encode([input], { extras = {}, dimensions }): Body {
    const { embeddingConfig, ...more } = extras
    const length = dimensions && { outputEmbeddingLength: dimensions }
    return {
      ...more,
      ...Object.assign({}, ...partsOf(input!).map(fieldOf)),
      ...((length || embeddingConfig !== undefined) && {
        embeddingConfig: { ...fieldsOf(embeddingConfig), ...length },
      }),
    }
  },
  decode(answer) {
    const { message } = fieldsOf(answer)
    if (typeof message === 'string' && message !== '') {
      throw new GatewayError('invalid-request', message)
    }
    return [{ vector: vectorOf(answer) }]
  },
  tokens,
}

const fieldOf = (part: EmbeddingPiece): Body =>
  part.type === 'text' ? { inputText: part.text } : { inputImage: inlineData(part) }
