import { GatewayError } from '../../../errors.ts'
import type { EmbeddingModel } from '../../../ports/embeddings.ts'
import type { ImageModel } from '../../../ports/images.ts'
import type { FoundModel } from '../../../ports/models.ts'
import type { BedrockModel } from './cards.ts'
import { createEmbeddingModel, type EmbeddingDependencies } from './embeddings/embed.ts'
import { createImageModel, type ImageDependencies } from './images/draw.ts'
import { createNativeModel, operationOf } from './native.ts'
import { createRerankModel, type RerankDependencies } from './reranking.ts'
import type { Target } from './routed.ts'

/** What models need that do something other than chat. */
export type BesideChatDependencies = EmbeddingDependencies & RerankDependencies & ImageDependencies

interface Looking extends BesideChatDependencies {
  /** The model as the catalogue knows it; waits for the catalogue. */
  listed(): Promise<BedrockModel | undefined>
}

/** What the model can be asked beside chat, as its family declares. */
export function besideChat(
  model: BedrockModel,
  target: Target,
  dependencies: Looking,
): Pick<FoundModel, 'embeddings' | 'reranking' | 'images' | 'native'> {
  const { embedder, reranker, painter, bases } = model
  if (bases === undefined && !embedder && !painter) {
    return {
      embeddings: veiled(target, dependencies),
      images: veiledImages(target, dependencies),
      native: async () => nativeOf(await dependencies.listed(), target, dependencies),
    }
  }
  const native = nativeOf(model, target, dependencies)
  return {
    ...(native && { native }),
    ...(embedder && { embeddings: createEmbeddingModel(dependencies, { ...target, embedder }) }),
    ...(reranker && { reranking: createRerankModel(dependencies, { ...target, reranker }) }),
    ...(painter && { images: createImageModel(dependencies, { ...target, painter }) }),
  }
}

/** The words of its maker are taken by every model that does not chat, also where nobody here knows them. */
function nativeOf(model: BedrockModel | undefined, target: Target, dependencies: Looking) {
  if (!model || model.chats) return undefined
  const operation = operationOf(model)
  return operation && createNativeModel(dependencies, { ...target, operation })
}

/** An ARN that does not tell its model: the catalogue is asked what it leads to. */
function veiled(target: Target, dependencies: Looking): EmbeddingModel {
  return {
    async embed(request, call) {
      const { embedder } = (await dependencies.listed()) ?? {}
      if (embedder) {
        return createEmbeddingModel(dependencies, { ...target, embedder }).embed(request, call)
      }
      throw notKnown(request.model, 'an embedding model')
    },
  }
}

/** The same for pictures. */
function veiledImages(target: Target, dependencies: Looking): ImageModel {
  return {
    async draw(request, call) {
      const { painter } = (await dependencies.listed()) ?? {}
      if (painter) return createImageModel(dependencies, { ...target, painter }).draw(request, call)
      throw notKnown(request.model, 'an image model')
    },
  }
}

const notKnown = (name: string, kind: string) =>
  new GatewayError(
    'invalid-request',
    `The model \`${name}\` is not ${kind}, as far as its name or the catalogue tell. AWS_BEDROCK_MODEL_ARN_MAPPING gives an ARN to the name of a model.`,
    { param: 'model', reason: 'model_not_supported' },
  )
