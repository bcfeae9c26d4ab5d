import { CHAT_ENGINE } from './chat-engine.ts'
import { type Family, TEXT } from './family.ts'

/** GLM. That it hears `reasoning_effort` is inferred from its neighbours on the engine. */
export const zai: Family = {
  name: 'zai',
  owner: 'Z.AI',
  matches: (id) => id.startsWith('zai.'),
  chat: [
    {
      ids: ['zai.'],
      input: TEXT,
      contextWindow: 200_000,
      traits: { ...CHAT_ENGINE, reasoning: 'openai-effort-optional' },
    },
  ],
}
