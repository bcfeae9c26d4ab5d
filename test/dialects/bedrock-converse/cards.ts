import type {
  Conversation,
  FunctionTool,
  Part,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../../app/conversation/conversation.ts'
import { encodeRequest } from '../../../app/dialects/bedrock-converse/encode-request.ts'
import type { ConverseRequest } from '../../../app/dialects/bedrock-converse/wire.ts'
import type { ModelCard, ModelTraits } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'

/** A model that takes everything, less what `traits` say. */
export function card(traits: ModelTraits = {}): ModelCard {
  return plainCard({
    id: 'test-model',
    input: ['text', 'image', 'document', 'audio', 'video'],
    traits: { structuredOutput: true, ...traits },
  })
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

export const call = (id: string, name = 'look', text = '{}'): ToolCallPart => ({
  type: 'tool-call',
  id,
  name,
  arguments: text,
})

export const result = (callId: string, ...content: (Part | string)[]): ToolResultPart => ({
  type: 'tool-result',
  callId,
  content: content.map(part),
})

export const look: FunctionTool = {
  type: 'function',
  name: 'look',
  schema: { type: 'object', properties: { at: { type: 'string' } } },
}

/** What is sent to a model with these traits, and what could not be. */
export function encode(more: Partial<Conversation>, traits?: ModelTraits) {
  const turns = [user('Hi')]
  const { body, ignored, undo } = encodeRequest(emptyConversation({ turns, ...more }), card(traits))
  return { body: body as ConverseRequest, ignored, undo }
}
