import type { ModelTraits } from '../../../../ports/models.ts'
import { type Embedder, embedderOf } from '../embeddings/embedder.ts'
import { type Painter, painterOf } from '../images/painter.ts'
import { readModelId } from '../model-id.ts'
import { type Reranker, rerankerOf } from '../reranker.ts'
import { ai21 } from './ai21.ts'
import { amazonRerank } from './amazon-rerank.ts'
import { claude } from './claude.ts'
import { cohere } from './cohere.ts'
import { deepseek } from './deepseek.ts'
import { type Family, type Generation, generationOf, TEXT } from './family.ts'
import { gemma } from './gemma.ts'
import { llama } from './llama.ts'
import { luma } from './luma.ts'
import { minimax } from './minimax.ts'
import { mistral } from './mistral.ts'
import { moonshot } from './moonshot.ts'
import { nova } from './nova.ts'
import { nvidia } from './nvidia.ts'
import { openai } from './openai.ts'
import { qwen } from './qwen.ts'
import { stability } from './stability.ts'
import { titan } from './titan.ts'
import { twelvelabs } from './twelvelabs.ts'
import { writer } from './writer.ts'
import { xai } from './xai.ts'
import { zai } from './zai.ts'

export const families: readonly Family[] = [
  claude,
  nova,
  titan,
  llama,
  mistral,
  cohere,
  ai21,
  deepseek,
  qwen,
  openai,
  moonshot,
  minimax,
  zai,
  gemma,
  nvidia,
  xai,
  writer,
  stability,
  luma,
  twelvelabs,
  amazonRerank,
]

/**
 * A model nobody listed: it is sent what was asked and nothing it may not know. What it refuses by name
 * is then left out (`amend.ts`).
 */
export const UNLISTED: Generation = {
  ids: [''],
  input: TEXT,
  traits: {
    cachePoints: false,
    serviceTiers: false,
    latencyOptimized: false,
    s3: [],
    systemTools: [],
    guardrails: true,
  },
}

export interface Kin {
  /** Absent for a maker nobody listed. */
  family?: Family
  /** Absent when the model does not chat. */
  generation?: Generation
  /** Present when it gives vectors. */
  embedder?: Embedder
  /** Present when it orders documents. */
  reranker?: Reranker
  /** Present when it draws. */
  painter?: Painter
}

/** Where a base id belongs; an undefined one is an unlisted model. */
export function kinOf(base: string | undefined): Kin {
  const family = base && families.find((candidate) => candidate.matches(base))
  if (!base || !family) return { generation: UNLISTED }
  return {
    family,
    generation: generationOf(family, base),
    embedder: embedderOf(family.embedders, base),
    reranker: rerankerOf(family.rerankers, base),
    painter: painterOf(family.painters, base),
  }
}

/** What a model takes, by its id, the id of a profile of it, or an ARN. */
export function traitsOf(modelId: string): ModelTraits {
  return (kinOf(readModelId(modelId)?.base).generation ?? UNLISTED).traits
}
