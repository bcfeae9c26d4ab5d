import type { ModelTraits } from '../../../../ports/models.ts'
import { type Family, PLAIN, TEXT_DOCUMENT, TEXT_IMAGE_DOCUMENT } from './family.ts'

/**
 * Probed for Llama 3.3 70B by stdapi.ai (2026-08-01): any forced tool choice, `top_k`, prefill,
 * `outputConfig`, cache points and tiers refused; documents and stop sequences taken.
 */
const LLAMA: ModelTraits = {
  ...PLAIN,
  unsupported: ['topK'],
  documents: true,
  prefill: false,
  toolChoices: [],
}

const SEEING: ModelTraits = { ...LLAMA, images: true }

/** An image in a tool result: recorded for Maverick. */
const LLAMA_4: ModelTraits = { ...SEEING, toolResultMedia: ['image'] }

const WITHOUT_TOOLS: ModelTraits = { ...LLAMA, tools: false }

const generation = (ids: string[], contextWindow: number, traits: ModelTraits) => ({
  ids: ids.map((name) => `meta.llama${name}`),
  input: traits.images ? TEXT_IMAGE_DOCUMENT : TEXT_DOCUMENT,
  contextWindow,
  traits,
})

export const llama: Family = {
  name: 'llama',
  owner: 'Meta',
  matches: (id) => id.startsWith('meta.'),
  chat: [
    generation(['4-scout'], 10_000_000, LLAMA_4),
    generation(['4'], 1_000_000, LLAMA_4),
    generation(['3-2-11b', '3-2-90b'], 128_000, SEEING),
    generation(['3-2'], 128_000, WITHOUT_TOOLS),
    // Fast in some regions (user guide, latency-optimized-inference); elsewhere AWS says so by name.
    generation(['3-1'], 128_000, { ...LLAMA, latencyOptimized: true }),
    generation(['3-3'], 128_000, LLAMA),
    generation(['3-'], 8192, WITHOUT_TOOLS),
    generation(['2-'], 4096, WITHOUT_TOOLS),
    generation([''], 128_000, LLAMA),
  ],
}
