import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT } from './family.ts'

/** M2 and later think as they like, between tool calls too. */
export const minimax: Family = {
  name: 'minimax',
  owner: 'MiniMax',
  matches: (id) => id.startsWith('minimax.'),
  chat: [
    {
      ids: ['minimax.'],
      input: TEXT,
      contextWindow: 196_000,
      traits: { ...CHAT_ENGINE, reasoning: 'fixed' },
    },
  ],
}
