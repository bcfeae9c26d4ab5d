import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import {
  type Family,
  PLAIN,
  TEXT,
  TEXT_DOCUMENT,
  TEXT_IMAGE,
  TEXT_IMAGE_DOCUMENT,
} from './family.ts'

/** Probed for Mistral Large 3 (2026-08-01): prefill refused, and tool call ids of other than 9 letters and digits. */
const ENGINE: ModelTraits = { ...CHAT_ENGINE, prefill: false, toolCallIdLength: 9 }

const SEEING: ModelTraits = { ...ENGINE, images: true }
const THINKING: ModelTraits = { ...SEEING, reasoning: 'fixed' }
const HEARING: ModelTraits = { ...ENGINE, audio: true, structuredOutput: false }

/** The first generation on Bedrock; documents by the user guide's table of Converse features. */
const LARGE: ModelTraits = {
  ...PLAIN,
  documents: true,
  toolChoices: ['required'],
  toolCallIdLength: 9,
  nativeSettings: { topK: 'top_k' },
}

/**
 * Probed (2026-08-01): `top_k` and a tool chosen by name refused. Recorded: a document in a tool result,
 * and call ids of any length.
 */
const PIXTRAL: ModelTraits = {
  ...LARGE,
  toolCallIdLength: undefined,
  unsupported: ['topK'],
  images: true,
  toolResultMedia: ['document'],
  nativeSettings: undefined,
}

/** Neither tools nor system prompts (user guide, conversation-inference-supported-models-features). */
const INSTRUCT: ModelTraits = {
  ...PLAIN,
  documents: true,
  systemPrompt: false,
  tools: false,
  maxStopSequences: 10,
  nativeSettings: { topK: 'top_k' },
}

const named = (...names: string[]) => names.map((name) => `mistral.${name}`)

export const mistral: Family = {
  name: 'mistral',
  owner: 'Mistral AI',
  matches: (id) => id.startsWith('mistral.'),
  chat: [
    {
      ids: named('mistral-7b', 'mixtral'),
      input: TEXT_DOCUMENT,
      contextWindow: 32_000,
      traits: INSTRUCT,
    },
    {
      ids: named('pixtral-large'),
      input: TEXT_IMAGE_DOCUMENT,
      contextWindow: 128_000,
      traits: PIXTRAL,
    },
    {
      ids: named('mistral-large-2402', 'mistral-small-2402'),
      input: TEXT_DOCUMENT,
      contextWindow: 32_000,
      traits: LARGE,
    },
    {
      ids: named('mistral-large-2407'),
      input: TEXT_DOCUMENT,
      contextWindow: 128_000,
      traits: LARGE,
    },
    { ids: named('devstral'), input: TEXT, contextWindow: 256_000, traits: ENGINE },
    { ids: named('voxtral'), input: ['text', 'audio'], contextWindow: 32_000, traits: HEARING },
    { ids: named('magistral'), input: TEXT_IMAGE, contextWindow: 128_000, traits: THINKING },
    { ids: named('mistral-large-3'), input: TEXT_IMAGE, contextWindow: 256_000, traits: SEEING },
    { ids: named(''), input: TEXT_IMAGE, contextWindow: 128_000, traits: SEEING },
  ],
}
