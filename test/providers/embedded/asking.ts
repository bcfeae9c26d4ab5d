import type {
  Conversation,
  FunctionTool,
  MediaPart,
  Turn,
} from '../../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import type { ChatModel, ReplyStream } from '../../../app/ports/models.ts'
import { createEmbeddedProvider } from '../../../app/providers/embedded/index.ts'

/** What a test asks: a conversation, whose `text` is the user's only turn. */
export type Asked = Partial<Conversation> & { text?: string }

export function conversation({ text, ...asked }: Asked): Conversation {
  return {
    model: 'any-model',
    system: [],
    turns: text === undefined ? [] : [user(text)],
    tools: [],
    settings: {},
    stream: false,
    ...asked,
  }
}

export function user(text: string, ...media: MediaPart[]): Turn {
  return { role: 'user', parts: [{ type: 'text', text }, ...media] }
}

export function chatModel(name = 'any-model', tokensPerSecond = 0): ChatModel {
  const provider = createEmbeddedProvider({
    config: { EMBEDDED_TOKENS_PER_SECOND: tokensPerSecond },
  })
  const found = provider.find(name)
  if (!found || found instanceof Promise || !found.chat) throw new Error(`${name} cannot chat`)
  return found.chat
}

export function call(signal = new AbortController().signal) {
  return { requestId: 'request-1', signal }
}

export async function ask(asked: Asked, name?: string): Promise<Reply> {
  const { reply } = await chatModel(name).reply(conversation(asked), call())
  return reply
}

export async function say(asked: Asked): Promise<string> {
  const { parts } = await ask(asked)
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The calls of an answer as name and arguments. */
export async function calls(asked: Asked): Promise<[name: string, values: unknown][]> {
  const { parts } = await ask(asked)
  return parts
    .filter((part) => part.type === 'tool-call')
    .map((part) => [part.name, JSON.parse(part.arguments)])
}

export async function drain(stream: ReplyStream): Promise<ReplyEvent[][]> {
  const batches: ReplyEvent[][] = []
  for (let batch = await stream.read(); batch; batch = await stream.read()) batches.push(batch)
  return batches
}

export const weather: FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather in a city',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
    required: ['city'],
  },
}

export const localTime: FunctionTool = {
  type: 'function',
  name: 'getLocalTime',
  description: 'What the clock shows somewhere',
  schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
}
