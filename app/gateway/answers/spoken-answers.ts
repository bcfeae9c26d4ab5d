import { encodeBase64 } from '../../codecs/bytes/base64.ts'
import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import type { Conversation, MediaPart } from '../../conversation/conversation.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ReplyStream } from '../../ports/models.ts'
import type { Speech } from '../../ports/speech.ts'

type Wanted = NonNullable<Conversation['audio']>

/**
 * A model whose words are spoken by somebody else. The audio comes behind the words it speaks: in a stream
 * as its last part, piece by piece as it is spoken. An answer without words, a tool call for one, is not
 * spoken. The characters that were spoken are part of the answer's usage.
 */
export function speaking(chat: ChatModel, wanted: Wanted, speech: Speech): ChatModel {
  return {
    async reply(conversation, call) {
      const { reply, served } = await chat.reply(conversation, call)
      const text = reply.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      if (text.trim() === '') return { reply, served }
      const { audio, mediaType, characters } = await speech.speak(text, { ...wanted, ...call })
      const bytes = new Uint8Array(await new Response(audio).arrayBuffer())
      const parts = [...reply.parts, partOf(bytes, mediaType)]
      const usage = { ...reply.end.usage, characters: characters ?? text.length }
      return { reply: { ...reply, parts, end: { ...reply.end, usage } }, served }
    },
    async stream(conversation, call) {
      const { events, served } = await chat.stream(conversation, call)
      return { events: spokenStream(events, wanted, { speech, call }), served }
    },
  }
}

const partOf = (bytes: Uint8Array, mediaType: string): MediaPart => ({
  type: 'audio',
  source: { kind: 'base64', data: encodeBase64(bytes) },
  mediaType,
})

interface Speaking {
  speech: Speech
  call: Call
}

function spokenStream(
  events: ReplyStream,
  wanted: Wanted,
  { speech, call }: Speaking,
): ReplyStream {
  // The call's own signal ends with its head; whoever leaves later cancels the stream.
  const left = new AbortController()
  const heard = createHearing()
  /** The end of the reply, waiting for its words to be spoken. */
  let ending: ReplyEvent[] | undefined
  let voice: ReadableStreamDefaultReader<Uint8Array> | undefined
  let mediaType = ''
  let isOpen = false
  let rest: Uint8Array = new Uint8Array(0)

  /** Bytes in threes, so that what they are in base64 may be joined. */
  const inThrees = (bytes: Uint8Array, isLast: boolean): Uint8Array => {
    const all = concatenated([rest, bytes])
    const whole = isLast ? all.length : all.length - (all.length % 3)
    rest = all.slice(whole)
    return all.subarray(0, whole)
  }
  const spoken = (bytes: Uint8Array): ReplyEvent => {
    const index = heard.parts()
    if (isOpen) return { type: 'part-delta', index, text: encodeBase64(bytes) }
    isOpen = true
    return { type: 'part-start', index, part: { type: 'whole', part: partOf(bytes, mediaType) } }
  }
  const beginToSpeak = async (end: ReplyEvent[]) => {
    const text = heard.text()
    const asked = { ...wanted, requestId: call.requestId, as: call.as, signal: left.signal }
    const said = await speech.speak(text, asked)
    mediaType = said.mediaType
    ending = withCharacters(end, said.characters ?? text.length)
    return said.audio.getReader()
  }
  const speakOn = async (
    speaker: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<ReplyEvent[]> => {
    for (;;) {
      const { done, value } = await speaker.read()
      const bytes = inThrees(done ? new Uint8Array(0) : value, done)
      if (!done && bytes.length > 0) return [spoken(bytes)]
      if (!done) continue
      const last = bytes.length > 0 || !isOpen ? [spoken(bytes)] : []
      const whole = ending!
      ending = undefined
      return [...last, { type: 'part-end', index: heard.parts() }, ...whole]
    }
  }
  return {
    async read() {
      if (ending) {
        voice ??= await beginToSpeak(ending)
        return speakOn(voice)
      }
      const batch = await events.read()
      batch?.forEach(heard.watch)
      const last = batch?.findIndex((event) => event.type === 'reply-end') ?? -1
      if (!batch || last < 0 || heard.text().trim() === '') return batch
      ending = batch.slice(last)
      return batch.slice(0, last)
    },
    cancel() {
      left.abort()
      void voice?.cancel().catch(() => {})
      events.cancel()
    },
  }
}

const withCharacters = (end: ReplyEvent[], characters: number): ReplyEvent[] =>
  end.map((event) =>
    event.type === 'reply-end' ? { ...event, usage: { ...event.usage, characters } } : event,
  )

/** What is said in a stream of events, and how many parts it has. */
function createHearing() {
  const texts = new Set<number>()
  let text = ''
  let parts = 0
  return {
    text: () => text,
    parts: () => parts,
    watch(event: ReplyEvent) {
      if (event.type === 'part-start') {
        parts = Math.max(parts, event.index + 1)
        if (event.part.type === 'text') texts.add(event.index)
      } else if (event.type === 'part-delta' && texts.has(event.index)) text += event.text
    },
  }
}
