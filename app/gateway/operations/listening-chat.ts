import { encodeBase64 } from '../../codecs/bytes/base64.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { Conversation, MediaPart } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { TranscriptionModel, TranscriptionRequest } from '../../ports/transcription.ts'
import { resolveMedia } from '../attachments/resolve-media.ts'
import { configuredGuardrail } from '../caller-options.ts'

interface Listening {
  card: ModelCard
  services: Services
  owner: string
}

/** A model that is talked to and hears recordings, asked to write down what is said in one. */
export function listeningChat(chat: ChatModel, listening: Listening): TranscriptionModel {
  const ask = async (request: TranscriptionRequest, call: Call, stream: boolean) => {
    const asked = conversationOf(request, listening, { audio: await audioOf(request), stream })
    const { card, services, owner } = listening
    return resolveMedia(asked, { card, services, owner, signal: call.signal })
  }
  return {
    knows: [],
    async transcribe(request, call) {
      const { reply, served } = await chat.reply(await ask(request, call, false), call)
      const text = reply.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      const transcript = {
        text: text.trim(),
        ...(request.language && { language: request.language }),
      }
      return { transcript, usage: reply.end.usage, served: withIgnored(served, request) }
    },
    async stream(request, call) {
      const asked = await ask(request, call, true)
      const { events, served } = await chat.stream(asked, call)
      return { events: heardIn(events), served: withIgnored(served, request) }
    },
  }
}

/** Bytes of a recording that a conversation can hold: more would be the model's to refuse, after all were read. */
const MOST = 64 * 1024 * 1024

async function audioOf({
  audio,
  size,
  mediaType,
  fileName,
}: TranscriptionRequest): Promise<MediaPart> {
  if (size !== undefined && size > MOST) {
    await audio.cancel().catch(() => {})
    throw new GatewayError(
      'too-large',
      `The recording has ${size} bytes; this model is handed ${MOST} at most.`,
      { param: 'file', reason: 'file_too_large' },
    )
  }
  const bytes = new Uint8Array(await new Response(audio).arrayBuffer())
  return {
    type: 'audio',
    source: { kind: 'base64', data: encodeBase64(bytes) },
    mediaType,
    param: 'file',
    ...(fileName && { name: fileName }),
  }
}

function conversationOf(
  request: TranscriptionRequest,
  { card, services }: Listening,
  { audio, stream }: { audio: MediaPart; stream: boolean },
): Conversation {
  const guardrail = configuredGuardrail(services.config)
  return {
    model: card.id,
    system: [],
    turns: [{ role: 'user', parts: [audio, { type: 'text', text: wordsFor(request) }] }],
    tools: [],
    settings: { temperature: request.temperature ?? 0 },
    stream,
    ...(guardrail && card.traits.guardrails && { guardrail }),
    ...(request.labels && { labels: { ...request.labels } }),
  }
}

function wordsFor({ translateTo, language, prompt }: TranscriptionRequest): string {
  const task = translateTo
    ? `Translate what is said in this recording into ${languageName(translateTo)}.`
    : 'Write down word for word what is said in this recording, in the language it is said in.'
  return [
    task,
    'Answer with nothing but these words: no introduction, no comment, no quotation marks.',
    'If nothing is said, answer with nothing.',
    ...(language ? [`The language spoken is ${languageName(language)}.`] : []),
    ...(prompt ? [`These words may help with names and spelling: ${prompt}`] : []),
  ].join(' ')
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code
  } catch {
    // What no registry can know, the model may.
    return code
  }
}

type Served = Awaited<ReturnType<ChatModel['reply']>>['served']

/** Settings such a model has no place for; not the temperature of our own where none was sent. */
function withIgnored(served: Served, request: TranscriptionRequest): Served {
  const { extras = {}, languages, temperature } = request
  const dropped = served.ignored.filter(
    (name) => name !== 'temperature' || temperature !== undefined,
  )
  return {
    ...served,
    ignored: [...dropped, ...(languages ? ['languages'] : []), ...Object.keys(extras)],
  }
}

function heardIn(events: Awaited<ReturnType<ChatModel['stream']>>['events']) {
  let text = ''
  let usage = { input: 0, output: 0 }
  const texts = new Set<number>()
  const parts: string[] = []
  let isOver = false
  return {
    async read() {
      while (parts.length === 0 && !isOver) {
        const batch = await events.read()
        if (!batch) throw incomplete()
        for (const event of batch) {
          if (event.type === 'part-start' && event.part.type === 'text') texts.add(event.index)
          if (event.type === 'part-delta' && texts.has(event.index) && event.text)
            parts.push(event.text)
          if (event.type === 'reply-end') {
            usage = event.usage
            isOver = true
          }
        }
      }
      const delta = parts.join('')
      parts.length = 0
      text += delta
      return delta === '' ? undefined : { delta }
    },
    transcript: () => ({ transcript: { text: text.trim() }, usage }),
    cancel: () => events.cancel(),
  }
}
