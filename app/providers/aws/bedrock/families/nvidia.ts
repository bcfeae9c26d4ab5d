import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT, TEXT_IMAGE } from './family.ts'

/** That Nemotron 3 hears `reasoning_effort` is inferred from its neighbours on the engine. */
const THINKING: ModelTraits = { ...CHAT_ENGINE, reasoning: 'openai-effort-optional' }

export const nvidia: Family = {
  name: 'nvidia',
  owner: 'NVIDIA',
  matches: (id) => id.startsWith('nvidia.'),
  chat: [
    {
      ids: ['nvidia.nemotron-nano-12b'],
      input: TEXT_IMAGE,
      contextWindow: 128_000,
      traits: { ...CHAT_ENGINE, images: true },
    },
    { ids: ['nvidia.nemotron-nano-9b'], input: TEXT, contextWindow: 128_000, traits: CHAT_ENGINE },
    { ids: ['nvidia.'], input: TEXT, contextWindow: 256_000, traits: THINKING },
  ],
}
