import type { Conversation, Part } from '../../../app/conversation/conversation.ts'
import type { ModelCard, ModelTraits } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'

/** A model that takes everything but what the traits say. */
export function card(id: string, traits: ModelTraits = {}): ModelCard {
  return plainCard({
    id,
    owner: 'Anthropic',
    input: ['text', 'image', 'document'],
    traits: { structuredOutput: true, systemTurns: true, ...traits },
  })
}

export const text = (words: string): Part => ({ type: 'text', text: words })

/** A conversation as another dialect decodes it. */
export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    model: 'm',
    system: [],
    turns: [{ role: 'user', parts: [text('hi')] }],
    tools: [],
    settings: { maxTokens: 100 },
    stream: false,
    ...more,
  }
}
