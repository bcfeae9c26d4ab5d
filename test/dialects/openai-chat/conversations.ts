import type { Conversation } from '../../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'

export const head = { id: 'chatcmpl-1', created: 1700000000, model: 'some-model' }

/** A request with these fields, checked by the schema and decoded. */
export function heard(fields: Record<string, unknown> = {}): Conversation {
  const body = { model: 'some-model', messages: [{ role: 'user', content: 'hi' }], ...fields }
  return openaiChat.server.decodeRequest(chatCompletionRequest.parse(body))
}

export const streamed = { stream: true, stream_options: { include_usage: true } }

export const usage = { input: 10, output: 5 }

export function ending(fields: Partial<Reply['end']> = {}): ReplyEvent {
  return { type: 'reply-end', reason: 'end-turn', usage, ...fields }
}

export function text(index: number, ...deltas: string[]): ReplyEvent[] {
  return [
    { type: 'part-start', index, part: { type: 'text' } },
    ...deltas.map((delta) => more(index, delta)),
    { type: 'part-end', index },
  ]
}

export function more(index: number, delta: string): ReplyEvent {
  return { type: 'part-delta', index, text: delta }
}

export function call(index: number, id: string, name: string): ReplyEvent {
  return { type: 'part-start', index, part: { type: 'tool-call', id, name } }
}

export const tool = (name: string, members: object = {}) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...members },
})
