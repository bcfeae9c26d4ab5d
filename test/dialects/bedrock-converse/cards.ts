import type { Conversation, Part, Tool, Turn } from '../../../app/conversation/conversation.ts'
import type { ModelCard, ModelTraits } from '../../../app/ports/models.ts'

/** A model that takes everything, less what `traits` say. */
export function card(traits: ModelTraits = {}): ModelCard {
  return {
    id: 'test-model',
    provider: 'test',
    owner: 'test',
    created: 0,
    input: ['text', 'image', 'document', 'audio', 'video'],
    output: ['text'],
    streaming: true,
    traits: { structuredOutput: true, ...traits },
  }
}

/** A conversation nobody has said anything in, with whatever `more` says. */
export function emptyConversation(more: Partial<Conversation> = {}): Conversation {
  return {
    model: 'test-model',
    system: [],
    turns: [],
    tools: [],
    settings: {},
    stream: false,
    ...more,
  }
}

/** A conversation of these turns. */
export function conversationOf(...turns: Turn[]): Conversation {
  return emptyConversation({ turns })
}

export const user = (...parts: (Part | string)[]): Turn => ({
  role: 'user',
  parts: parts.map(part),
})
export const assistant = (...parts: (Part | string)[]): Turn => ({
  role: 'assistant',
  parts: parts.map(part),
})

export const part = (said: Part | string): Part =>
  typeof said === 'string' ? { type: 'text', text: said } : said

export const call = (id: string, name = 'look', text = '{}'): Part => ({
  type: 'tool-call',
  id,
  name,
  arguments: text,
})

export const result = (callId: string, ...content: (Part | string)[]): Part => ({
  type: 'tool-result',
  callId,
  content: content.map(part),
})

export const look: Tool = {
  type: 'function',
  name: 'look',
  schema: { type: 'object', properties: { at: { type: 'string' } } },
}
