import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT, TEXT_IMAGE } from './family.ts'

/** Probed for gpt-oss 120B (2026-08-01): it thinks always, and calls no tool it is forced to. */
const GPT_OSS: ModelTraits = { ...CHAT_ENGINE, toolChoices: [], reasoning: 'openai-effort' }

/**
 * GPT 5.6 and later on Converse: caches by itself and takes no cache points (user guide,
 * prompt-caching); `reasoningConfig` refused by name, thought arrives as redacted blocks (recorded).
 */
const GPT: ModelTraits = {
  ...CHAT_ENGINE,
  images: true,
  toolChoices: ['required', 'tool'],
  serviceTiers: false,
  nativeSettings: undefined,
  sealsThoughts: true,
  reasoning: 'effort-object',
}

export const openai: Family = {
  name: 'openai',
  owner: 'OpenAI',
  matches: (id) => id.startsWith('openai.'),
  chat: [
    { ids: ['openai.gpt-oss'], input: TEXT, contextWindow: 131_072, traits: GPT_OSS },
    {
      ids: ['openai.'],
      input: TEXT_IMAGE,
      contextWindow: 1_050_000,
      traits: { ...GPT, maxOutputTokens: 128_000 },
    },
  ],
}
