import type { ModelTraits } from '../../../../ports/models.ts'
import { nova2 } from '../embeddings/nova.ts'
import { novaCanvas } from '../images/nova-canvas.ts'
import { type Family, PLAIN, TEXT } from './family.ts'

/**
 * Nova of the first generation. Caches for five minutes, never tools (user guide, prompt-caching), and refuses
 * points behind tool results and images (AWS's samples, bedrock-engineer#71, generative-ai-use-cases#1077);
 * `inferenceConfig.topK` recorded for Nova Micro; `outputConfig` refused by Nova 2 (probed 2026-08-01).
 * The service tiers are those of the price list: Pro and Premier have them; `default` recorded for Nova Micro.
 */
const NOVA_TEXT: ModelTraits = {
  ...PLAIN,
  cachePoints: { max: 4, ttls: ['5m'], tools: false, wordsOnly: true },
  serviceTiers: ['default'],
  nativeSettings: { topK: 'inferenceConfig.topK' },
}

const NOVA: ModelTraits = {
  ...NOVA_TEXT,
  images: true,
  documents: true,
  video: true,
  s3: ['image', 'document', 'video'],
  toolResultMedia: ['image'],
}

const TIERS = ['default', 'priority', 'flex', 'reserved'] as const

/** Tool results with a document or a video refused, with an image taken (recorded); S3 for all three recorded. */
const NOVA_2: ModelTraits = {
  ...NOVA,
  serviceTiers: TIERS,
  systemTools: ['nova_grounding', 'nova_code_interpreter'],
  webSearch: 'nova_grounding',
  codeExecution: 'nova_code_interpreter',
  reasoning: 'nova-2',
  maxOutputTokens: 64_000,
}

const SEEING = ['text', 'image', 'document', 'video'] as const

export const nova: Family = {
  name: 'nova',
  owner: 'Amazon',
  matches: (id) => id.startsWith('amazon.nova'),
  embedders: [nova2],
  painters: [novaCanvas],
  chat: [
    { ids: ['amazon.nova-2-lite'], input: SEEING, contextWindow: 1_000_000, traits: NOVA_2 },
    {
      ids: ['amazon.nova-premier'],
      input: SEEING,
      contextWindow: 1_000_000,
      traits: {
        ...NOVA,
        serviceTiers: TIERS,
        systemTools: ['nova_grounding'],
        webSearch: 'nova_grounding',
      },
    },
    {
      ids: ['amazon.nova-pro'],
      input: SEEING,
      contextWindow: 300_000,
      traits: { ...NOVA, serviceTiers: TIERS, latencyOptimized: true },
    },
    { ids: ['amazon.nova-lite'], input: SEEING, contextWindow: 300_000, traits: NOVA },
    { ids: ['amazon.nova-micro'], input: TEXT, contextWindow: 128_000, traits: NOVA_TEXT },
  ],
}
