import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT, TEXT_IMAGE } from './family.ts'

/** Kimi, under the maker's two names on Bedrock. */
export const moonshot: Family = {
  name: 'moonshot',
  owner: 'Moonshot AI',
  matches: (id) => id.startsWith('moonshot.') || id.startsWith('moonshotai.'),
  chat: [
    {
      // K2 Thinking cannot be told how much to think.
      ids: ['moonshot.kimi-k2-thinking', 'moonshotai.kimi-k2-thinking'],
      input: TEXT,
      contextWindow: 256_000,
      traits: { ...CHAT_ENGINE, reasoning: 'fixed' },
    },
    {
      // K2.5: only `reasoning_effort` high has an effect; images taken (probed 2026-08-01).
      ids: ['moonshotai.kimi-k2'],
      input: TEXT_IMAGE,
      contextWindow: 256_000,
      traits: { ...CHAT_ENGINE, images: true, reasoning: 'high-effort' },
    },
    {
      ids: ['moonshot.', 'moonshotai.'],
      input: TEXT_IMAGE,
      contextWindow: 1_000_000,
      traits: { ...CHAT_ENGINE, images: true, reasoning: 'effort-object' },
    },
  ],
}
