import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, PLAIN, TEXT, TEXT_DOCUMENT } from './family.ts'

export const deepseek: Family = {
  name: 'deepseek',
  owner: 'DeepSeek',
  matches: (id) => id.startsWith('deepseek.'),
  chat: [
    {
      // R1 always thinks and cannot be told how much (user guide, model-parameters-deepseek).
      ids: ['deepseek.r1'],
      input: TEXT_DOCUMENT,
      contextWindow: 128_000,
      traits: {
        ...PLAIN,
        unsupported: ['topK'],
        documents: true,
        tools: false,
        maxStopSequences: 10,
        maxOutputTokens: 32_768,
        reasoning: 'fixed',
      },
    },
    {
      ids: ['deepseek.v3-'],
      input: TEXT,
      contextWindow: 163_840,
      traits: { ...CHAT_ENGINE, reasoning: 'config-effort' },
    },
    {
      // V3.2 shows its thoughts at `reasoning_effort` high alone (probed 2026-08-01).
      ids: ['deepseek.'],
      input: TEXT,
      contextWindow: 163_840,
      traits: { ...CHAT_ENGINE, reasoning: 'high-effort' },
    },
  ],
}
