import type { Modality, ModelTraits } from '../../../../ports/models.ts'
import type { Embedder } from '../embeddings/embedder.ts'
import type { Painter } from '../images/painter.ts'
import type { Reranker } from '../reranker.ts'
import type { OwnLane } from './own-lane.ts'

/** Models of one maker that are asked in similar ways. */
export interface Family {
  name: string
  /** Who makes them, as ListFoundationModels writes it. */
  owner: string
  /** Whether a base id, without geography, is of this family. */
  matches(id: string): boolean
  /** The models that chat, from the special to the general; one that no generation names does not chat. */
  chat: readonly Generation[]
  /** The models that give vectors. */
  embedders?: readonly Embedder[]
  /** The models that order documents. */
  rerankers?: readonly Reranker[]
  /** The models that draw. */
  painters?: readonly Painter[]
  /** The dialect they speak themselves on Bedrock, for callers who speak it. */
  lane?: OwnLane
}

/** Models of a family that take the same things. */
export interface Generation {
  /** Beginnings of base ids. */
  ids: readonly string[]
  input: readonly Modality[]
  /** Only `false` is worth saying. */
  streaming?: false
  /** Tokens. */
  contextWindow?: number
  traits: ModelTraits
}

/** The generation of a base id; undefined for a model of the family that does not chat. */
export function generationOf(family: Family, id: string): Generation | undefined {
  return family.chat.find(({ ids }) => ids.some((beginning) => id.startsWith(beginning)))
}

export const TEXT: readonly Modality[] = ['text']
export const TEXT_IMAGE: readonly Modality[] = ['text', 'image']
export const TEXT_DOCUMENT: readonly Modality[] = ['text', 'document']
export const TEXT_IMAGE_DOCUMENT: readonly Modality[] = ['text', 'image', 'document']

/** What models of text alone, without a service tier, a cache or a native form of output, have in common. Converse guards every model. */
export const PLAIN: ModelTraits = {
  images: false,
  documents: false,
  video: false,
  audio: false,
  s3: [],
  toolResultMedia: [],
  systemTools: [],
  guardrails: true,
  strictTools: false,
  cachePoints: false,
  serviceTiers: false,
  latencyOptimized: false,
  sealsThoughts: false,
  reasoning: 'none',
}
