import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT_IMAGE } from './family.ts'

/** Grok always thinks; that it hears `reasoning_effort` on Converse is inferred. */
export const xai: Family = {
  name: 'xai',
  owner: 'xAI',
  matches: (id) => id.startsWith('xai.'),
  chat: [
    {
      ids: ['xai.'],
      input: TEXT_IMAGE,
      contextWindow: 500_000,
      traits: { ...CHAT_ENGINE, images: true, reasoning: 'openai-effort' },
    },
  ],
}
