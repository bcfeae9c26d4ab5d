import { encodeBase64 } from '../codecs/base64.ts'
import type { Conversation, MediaPart } from '../conversation/conversation.ts'
import type { ReplyEvent } from '../conversation/events.ts'
import type { ChatModel, ReplyStream } from '../ports/models.ts'
import type { Speech } from '../ports/speech.ts'

type Wanted = NonNullable<Conversation['audio']>

/**
 * A model whose words are spoken by somebody else. The audio comes behind the words it speaks: in a stream
 * as its last part. An answer without words, a tool call for one, is not spoken.
 */
export function speaking(chat: ChatModel, wanted: Wanted, speech: Speech): ChatModel {
  return {
    async reply(conversation, call) {
      const { reply, served } = await chat.reply(conversation, call)
      const text = reply.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      if (text.trim() === '') return { reply, served }
      const spoken = await speak(speech, text, { ...wanted, signal: call.signal })
      return { reply: { ...reply, parts: [...reply.parts, spoken] }, served }
    },
    async stream(conversation, call) {
      const { events, served } = await chat.stream(conversation, call)
      return { events: spokenStream(events, wanted, speech), served }
    },
  }
}

interface Saying extends Wanted {
  signal: AbortSignal
}

async function speak(speech: Speech, text: string, options: Saying): Promise<MediaPart> {
  const { audio, mediaType } = await speech.speak(text, options)
  const bytes = new Uint8Array(await new Response(audio).arrayBuffer())
  return { type: 'audio', source: { kind: 'base64', data: encodeBase64(bytes) }, mediaType }
}

function spokenStream(events: ReplyStream, wanted: Wanted, speech: Speech): ReplyStream {
  // The call's own signal ends with its head; who leaves later cancels the stream.
  const left = new AbortController()
  const texts = new Set<number>()
  let text = ''
  let parts = 0
  /** The end of the reply, waiting for its words to be spoken. */
  let ending: ReplyEvent[] | undefined

  const watch = (event: ReplyEvent) => {
    if (event.type === 'part-start') {
      parts = Math.max(parts, event.index + 1)
      if (event.part.type === 'text') texts.add(event.index)
      else if (event.part.type === 'whole' && event.part.part.type === 'text') {
        text += event.part.part.text
      }
    } else if (event.type === 'part-delta' && texts.has(event.index)) text += event.text
  }
  const spokenEnd = async (end: ReplyEvent[]): Promise<ReplyEvent[]> => {
    const part = await speak(speech, text, { ...wanted, signal: left.signal })
    return [
      { type: 'part-start', index: parts, part: { type: 'whole', part } },
      { type: 'part-end', index: parts },
      ...end,
    ]
  }
  return {
    async read() {
      if (ending) {
        const end = ending
        ending = undefined
        return spokenEnd(end)
      }
      const batch = await events.read()
      batch?.forEach(watch)
      const last = batch?.findIndex((event) => event.type === 'reply-end') ?? -1
      if (!batch || last < 0 || text.trim() === '') return batch
      ending = batch.slice(last)
      return batch.slice(0, last)
    },
    cancel() {
      left.abort()
      events.cancel()
    },
  }
}
