import type { Conversation } from '../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../app/conversation/events.ts'
import type { Call } from '../../app/ports/call.ts'
import type { ModelTraits, Provider, ReplyStream } from '../../app/ports/models.ts'
import { plainCard } from '../fakes/plain-card.ts'

/** What a scripted model does when it is asked for the n-th time, counted from 0. */
export interface Script {
  reply?(asked: Conversation, call: Call, nth: number): Promise<Reply> | Reply
  /** Batches in order; an `Error` in place of one is thrown, `'stall'` never resolves. */
  stream?(asked: Conversation, nth: number): (ReplyEvent[] | Error | 'stall')[]
  traits?: ModelTraits
  ignored?: string[]
}

/** A provider of one model, `scripted`, that does as it is told and remembers what it was asked. */
export function createScriptedProvider(script: Script) {
  const asked: Conversation[] = []
  const cancelled: number[] = []
  const card = plainCard({
    id: 'scripted',
    provider: 'scripted',
    owner: 'tests',
    input: ['text', 'image', 'document'],
    traits: script.traits ?? {},
  })
  const served = {
    provider: 'scripted',
    model: 'scripted-v1',
    attempts: 1,
    ignored: script.ignored ?? [],
  }
  const provider: Provider = {
    name: 'scripted',
    list: async () => [card],
    find: (name) => {
      if (name !== 'scripted') return undefined
      return {
        card,
        chat: {
          async reply(conversation, call) {
            const nth = asked.push(conversation) - 1
            return { reply: await script.reply!(conversation, call, nth), served }
          },
          async stream(conversation) {
            const nth = asked.push(conversation) - 1
            const batches = script.stream!(conversation, nth)
            return { events: play(batches, () => cancelled.push(nth)), served }
          },
        },
      }
    },
  }
  return { provider, asked, cancelled }
}

function play(batches: (ReplyEvent[] | Error | 'stall')[], onCancel: () => void): ReplyStream {
  const waiting = [...batches]
  return {
    async read() {
      const next = waiting.shift()
      if (next === 'stall') return new Promise(() => {})
      if (next instanceof Error) throw next
      return next
    },
    cancel: onCancel,
  }
}

/** The events of a reply that says `text` and ends well. */
export function saying(text: string, output = 3): ReplyEvent[] {
  return [
    { type: 'reply-start' },
    { type: 'part-start', index: 0, part: { type: 'text' } },
    { type: 'part-delta', index: 0, text },
    { type: 'part-end', index: 0 },
    { type: 'reply-end', reason: 'end-turn', usage: { input: 5, output } },
  ]
}

export function replyOf(text: string, output = 3): Reply {
  return {
    parts: [{ type: 'text', text }],
    end: { reason: 'end-turn', usage: { input: 5, output } },
  }
}
