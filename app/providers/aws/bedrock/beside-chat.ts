import { GatewayError } from '../../../errors.ts'
import type { EmbeddingModel } from '../../../ports/embeddings.ts'
import type { FoundModel } from '../../../ports/models.ts'
import type { BedrockModel } from './cards.ts'
import { createEmbeddingModel, type EmbeddingDependencies } from './embeddings/embed.ts'
import { createRerankModel, type RerankDependencies } from './reranking.ts'
import type { Target } from './routed.ts'

/** What models need that do something other than chat. */
export type BesideChatDependencies = EmbeddingDependencies & RerankDependencies

interface Looking extends BesideChatDependencies {
  /** The model as the catalogue knows it; waits for the catalogue. */
  listed(): Promise<BedrockModel | undefined>
}

/** What the model can be asked beside chat, as its family declares. */
export function besideChat(
  { embedder, reranker, bases }: BedrockModel,
  target: Target,
  dependencies: Looking,
): Pick<FoundModel, 'embeddings' | 'reranking'> {
  if (bases === undefined && !embedder) return { embeddings: veiled(target, dependencies) }
  return {
    ...(embedder && { embeddings: createEmbeddingModel(dependencies, { ...target, embedder }) }),
    ...(reranker && { reranking: createRerankModel(dependencies, { ...target, reranker }) }),
  }
}

/** An ARN that does not tell its model: the catalogue is asked what it leads to. */
function veiled(target: Target, dependencies: Looking): EmbeddingModel {
  return {
    async embed(request, call) {
      const { embedder } = (await dependencies.listed()) ?? {}
      if (embedder) {
        return createEmbeddingModel(dependencies, { ...target, embedder }).embed(request, call)
      }
      throw new GatewayError(
        'invalid-request',
        `The model \`${request.model}\` is not an embedding model, as far as its name or the catalogue tell. AWS_BEDROCK_MODEL_ARN_MAPPING gives an ARN to the name of a model.`,
        { param: 'model', reason: 'model_not_supported' },
      )
    },
  }
}
