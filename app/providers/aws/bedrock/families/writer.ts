import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, PLAIN, TEXT_DOCUMENT, TEXT_IMAGE } from './family.ts'

/**
 * Palmyra ends its answer after 16 tokens unless told otherwise, and knows OpenAI's knobs by OpenAI's
 * names (user guide, model-parameters-palmyra).
 */
const PALMYRA: ModelTraits = {
  ...PLAIN,
  unsupported: ['topK'],
  documents: true,
  maxStopSequences: 4,
  defaultMaxTokens: 8192,
  maxOutputTokens: 8192,
  nativeSettings: {
    seed: 'seed',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
  },
}

export const writer: Family = {
  name: 'writer',
  owner: 'Writer',
  matches: (id) => id.startsWith('writer.'),
  chat: [
    {
      ids: ['writer.palmyra-vision'],
      input: TEXT_IMAGE,
      contextWindow: 4096,
      traits: { ...CHAT_ENGINE, images: true },
    },
    { ids: ['writer.palmyra-x5'], input: TEXT_DOCUMENT, contextWindow: 1_040_000, traits: PALMYRA },
    { ids: ['writer.'], input: TEXT_DOCUMENT, contextWindow: 122_880, traits: PALMYRA },
  ],
}
