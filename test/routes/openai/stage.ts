import { createApp } from '../../../app/app.ts'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import type { Call, Served } from '../../../app/ports/call.ts'
import type { ChatModel, ModelCard, Provider } from '../../../app/ports/models.ts'
import { stagedRuntime } from '../../http/stage.ts'

export const card = (id: string, more: Partial<ModelCard> = {}): ModelCard => ({
  id,
  provider: 'staged',
  owner: 'somebody',
  created: 1700000000,
  input: ['text', 'image'],
  output: ['text'],
  streaming: true,
  traits: {},
  ...more,
})

const served: Served = {
  provider: 'staged',
  model: 'staged-model-v1',
  region: 'eu-west-3',
  attempts: 2,
  ignored: ['seed'],
}

const end = {
  reason: 'end-turn',
  usage: { input: 7, output: 3, cacheRead: 2 },
} as const

export const greeting: ReplyEvent[][] = [
  [{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } }],
  [{ type: 'part-delta', index: 0, text: 'Hello ' }],
  [
    { type: 'part-delta', index: 0, text: 'you.' },
    { type: 'part-end', index: 0 },
    { type: 'reply-end', ...end },
  ],
]

/** A model that says hello, and keeps what it was asked. */
export function greeter(batches: ReplyEvent[][] = greeting) {
  const asked: { conversation: Conversation; call: Call }[] = []
  const reply: Reply = { parts: [{ type: 'text', text: 'Hello you.' }], end }
  const chat: ChatModel = {
    reply: async (conversation, call) => {
      asked.push({ conversation, call })
      return { reply, served }
    },
    stream: async (conversation, call) => {
      asked.push({ conversation, call })
      const left = [...batches]
      return { events: { read: async () => left.shift(), cancel: () => {} }, served }
    },
  }
  return { asked, chat }
}

/** The whole app over one staged provider that knows these models. */
export function stageApp(chat: ChatModel, env: Record<string, string> = {}) {
  const { runtime, lines, log } = stagedRuntime(env)
  const provider: Provider = {
    name: 'staged',
    list: async () => CARDS,
    find: (name) => {
      const found = CARDS.find((one) => one.id === name)
      return found && { card: found, chat: found.output.includes('text') ? chat : undefined }
    },
  }
  const app = createApp(runtime, { providers: [provider] })
  const ask = (body: unknown, headers: Record<string, string> = {}) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { app, ask, runtime, lines, log }
}

export const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'

const CARDS: ModelCard[] = [
  card('greeter', { contextWindow: 1000, maxOutput: 100, tools: true, name: 'The Greeter' }),
  card('us.amazon.nova-micro-v1:0', { listing: { regions: ['us-east-1'], owned_by: 'no' } }),
  card('openai/gpt-oss'),
  card(ARN),
  card('painter', { output: ['image'] }),
]
