import { collect } from '../conversation/collect.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { ReplyBatch, ReplyEvent } from '../conversation/events.ts'
import type { Call, ChatModel, ReplyStream } from '../ports/models.ts'

export interface Aloud {
  call: Call
  onText(text: string): void
}

/** Asks as `reply` does, and tells the words of the answer as the model says them. */
export async function askAloud(
  chat: ChatModel,
  question: Conversation,
  { call, onText }: Aloud,
): Promise<Awaited<ReturnType<ChatModel['reply']>>> {
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
