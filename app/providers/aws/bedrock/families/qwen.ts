import type { ModelTraits } from '../../../../ports/models.ts'
import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT, TEXT_IMAGE } from './family.ts'

/** `reasoning_effort` high gave thoughts on Qwen3 235B, low none (probed 2026-08-01). */
const QWEN_235B: ModelTraits = { ...CHAT_ENGINE, reasoning: 'high-effort' }

/** `reasoning_config` as a plain word: recorded for Qwen3 32B. */
const QWEN_32B: ModelTraits = { ...CHAT_ENGINE, reasoning: 'config-effort' }

export const qwen: Family = {
  name: 'qwen',
  owner: 'Qwen',
  matches: (id) => id.startsWith('qwen.'),
  chat: [
    {
      ids: ['qwen.qwen3-vl'],
      input: TEXT_IMAGE,
      contextWindow: 262_144,
      traits: { ...CHAT_ENGINE, images: true },
    },
    { ids: ['qwen.qwen3-32b'], input: TEXT, contextWindow: 32_768, traits: QWEN_32B },
    { ids: ['qwen.qwen3-235b'], input: TEXT, contextWindow: 262_144, traits: QWEN_235B },
    { ids: ['qwen.qwen3-coder-480b'], input: TEXT, contextWindow: 131_072, traits: CHAT_ENGINE },
    { ids: ['qwen.'], input: TEXT, contextWindow: 262_144, traits: CHAT_ENGINE },
  ],
}
