import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT_IMAGE } from './family.ts'

const SEEING: ModelTraits = { ...CHAT_ENGINE, images: true }

/** Gemma 3: images taken, a tool's result refused (probed for 27B, 2026-08-01), so no tools at all. */
export const gemma: Family = {
  name: 'gemma',
  owner: 'Google',
  matches: (id) => id.startsWith('google.'),
  chat: [
    {
      ids: ['google.gemma-3'],
      input: TEXT_IMAGE,
      contextWindow: 128_000,
      traits: { ...SEEING, tools: false },
    },
    { ids: ['google.'], input: TEXT_IMAGE, contextWindow: 256_000, traits: SEEING },
  ],
}
