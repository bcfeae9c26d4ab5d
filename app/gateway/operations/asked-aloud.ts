import { collect } from '../../conversation/collect.ts'
import type { ReplyBatch, ReplyEvent } from '../../conversation/events.ts'
import type { ChatModel, ReplyStream } from '../../ports/models.ts'

/** The same model, telling the words of whole answers as it says them; itself where nobody listens. */
export function askedAloud(chat: ChatModel, onText?: (text: string) => void): ChatModel {
  if (!onText) return chat
  return {
    ...chat,
    async reply(question, call) {
      const { events, served } = await chat.stream({ ...question, stream: true }, call)
      const gathered = collect()
      const listen = createListener()
      for (let batch = await events.read(); batch !== undefined; batch = await events.read()) {
        gathered.add(batch)
        const words = listen(batch)
        if (words !== '') onText(words)
        if (batch.at(-1)?.type === 'reply-end') break
      }
      void drain(events)
      return { reply: gathered.reply(), served }
    },
  }
}

/** What of a batch is said to the reader: neither thoughts nor arguments of calls. */
function createListener(): (batch: ReplyBatch) => string {
  const spoken = new Set<number>()
  const words = (event: ReplyEvent): string => {
    if (event.type === 'part-start') {
      if (event.part.type === 'text') spoken.add(event.index)
      else spoken.delete(event.index)
    }
    return event.type === 'part-delta' && spoken.has(event.index) ? event.text : ''
  }
  return (batch) => batch.map(words).join('')
}

// The reply has ended but the connection has not: reading it out lets it be used again.
async function drain(events: ReplyStream): Promise<void> {
  try {
    while ((await events.read()) !== undefined);
  } catch {
    events.cancel()
  }
}
