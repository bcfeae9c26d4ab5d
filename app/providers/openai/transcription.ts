import { entryOf } from '../../codecs/table.ts'
import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { ModelCard } from '../../ports/models.ts'
import type {
  SpokenSegment,
  SpokenWord,
  Transcript,
  TranscriptionModel,
  TranscriptionRequest,
  TranscriptStream,
} from '../../ports/transcription.ts'
import { isStream, type Json, readJson, servedBy, unreadable } from './answers.ts'
import type { Question, UpstreamClient } from './client.ts'
import { encodeForm, type FormValue, ownFields } from './form.ts'
import { type EventReader, eventReader } from './server-events.ts'
import { languageCode } from './spoken-languages.ts'

/**
 * `POST /audio/transcriptions` and `/audio/translations` (https://platform.openai.com/docs/api-reference/audio).
 * Only OpenAI's GPT models stream, and only they refuse `verbose_json`, in which Whisper tells times and
 * language.
 */
export function createTranscriptionModel(
  client: UpstreamClient,
  card: ModelCard,
): TranscriptionModel {
  const ask = async (request: TranscriptionRequest, { signal, trace }: Call, streams: boolean) =>
    client.ask({ ...(await questionOf(request, card.id, streams)), trace }, signal)
  const served = (request: TranscriptionRequest) =>
    servedBy(client.upstream, card.id, ignoredOf(request, card.id))

  return {
    async transcribe(request, call) {
      const answer = await readJson(await ask(request, call, false))
      return { ...readTranscript(answer, request), served: served(request) }
    },
    ...(isGpt(card.id) && {
      knows: isDiarizing(card.id) ? ['segments', 'speakers'] : [],
      async stream(request, call) {
        const response = await ask(request, call, true)
        const reader = isStream(response)
          ? eventReader(response, client.upstream)
          : onceHeard(await readJson(response))
        return { events: transcriptStream(reader, request), served: served(request) }
      },
    }),
  }
}

async function questionOf(
  request: TranscriptionRequest,
  model: string,
  streams: boolean,
): Promise<Question> {
  const { translateTo, languages, mediaType, fileName, timestamps, extras } = request
  const file = {
    bytes: await bytesOf(request.audio),
    type: mediaType,
    name: nameOf(fileName, mediaType),
  }
  const times = isGpt(model) ? [] : (timestamps ?? [])
  const fields: (readonly [string, FormValue])[] = [
    // OpenAI takes no longer recording without it.
    ...ownFields(isDiarizing(model) ? { chunking_strategy: 'auto', ...extras } : extras),
    ['model', model],
    ['response_format', formatOf(request, model, streams)],
    ['language', translateTo === undefined ? request.language?.split('-', 1)[0] : undefined],
    ...(takesLanguages(model) ? ownFields({ languages }) : []),
    ['prompt', request.prompt],
    ['temperature', request.temperature],
    ...times.map((one) => ['timestamp_granularities[]', one] as const),
    ['stream', streams || undefined],
    ['file', file],
  ]
  const path = translateTo === undefined ? '/audio/transcriptions' : '/audio/translations'
  return { path, body: await encodeForm(fields), accept: streams ? 'text/event-stream' : '*/*' }
}

const isGpt = (model: string) => /gpt-/.test(model)

const isDiarizing = (model: string) => /diarize/.test(model)

const takesLanguages = (model: string) => /gpt-transcribe/.test(model)

/** What tells the most. In a stream segments are events of their own, for those who ask for them. */
function formatOf({ speakers }: TranscriptionRequest, model: string, streams: boolean): string {
  if (!isGpt(model)) return 'verbose_json'
  return isDiarizing(model) && (speakers || !streams) ? 'diarized_json' : 'json'
}

const bytesOf = async (audio: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  new Uint8Array(await new Response(audio).arrayBuffer())

/** OpenAI tells formats by the ending of the name. */
const ENDINGS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'video/mp4': 'mp4',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
}

function nameOf(given: string | undefined, mediaType: string): string {
  const ending = entryOf(ENDINGS, mediaType)
  if (ending === undefined) return given ?? 'audio'
  return given?.toLowerCase().endsWith(`.${ending}`) ? given : `audio.${ending}`
}

/** What the model cannot be asked for. */
function ignoredOf(request: TranscriptionRequest, model: string): string[] {
  const { speakers, timestamps, translateTo, language, languages } = request
  return [
    ...(languages && !takesLanguages(model) ? ['languages'] : []),
    ...(speakers && !isDiarizing(model) ? ['speakers'] : []),
    ...(isGpt(model) && timestamps?.length ? ['timestamp_granularities'] : []),
    ...(translateTo !== undefined && language !== undefined ? ['language'] : []),
  ]
}

interface Read {
  transcript: Transcript
  usage: Usage
}

function readTranscript(answer: Json, { language: asked }: TranscriptionRequest): Read {
  const { text, language, languages, duration, words, segments, logprobs } = answer
  if (typeof text !== 'string') throw unreadable(new Error('a transcript without a text'))
  const seconds = Number(duration ?? Number.NaN)
  const code = typeof language === 'string' ? languageCode(language) : asked
  const transcript: Transcript = {
    text,
    ...(code && { language: code }),
    ...(seconds >= 0 && { duration: seconds }),
    ...(Array.isArray(words) && { words: words.filter(isJson).map(wordOf) }),
    ...(Array.isArray(segments) && { segments: segments.filter(isJson).map(segmentOf) }),
    ...extrasOf({ languages, logprobs }),
  }
  return { transcript, usage: usageOf(answer, seconds >= 0 ? seconds : undefined) }
}

const isJson = (wire: unknown): wire is Json => typeof wire === 'object' && wire !== null

const wordOf = ({ word, start, end }: Json): SpokenWord => ({
  word: String(word ?? ''),
  start: Number(start) || 0,
  end: Number(end) || 0,
})

/** Whisper tells of its own workings beside: `tokens`, `avg_logprob`. */
function segmentOf({ type: _, id: __, text, start, end, speaker, ...own }: Json): SpokenSegment {
  return {
    text: String(text ?? ''),
    start: Number(start) || 0,
    end: Number(end) || 0,
    ...(typeof speaker === 'string' && { speaker }),
    ...extrasOf(own),
  }
}

/** What is there of it. */
function extrasOf(own: Json): { extras?: Json } {
  const told = Object.entries(own).filter(([, value]) => value !== undefined && value !== null)
  return told.length > 0 ? { extras: Object.fromEntries(told) } : {}
}

function usageOf({ usage }: Json, duration: number | undefined): Usage {
  const { input_tokens: input, output_tokens: output, seconds } = (usage ?? {}) as Json
  const heard = typeof seconds === 'number' ? seconds : duration
  return {
    input: typeof input === 'number' ? input : 0,
    output: typeof output === 'number' ? output : 0,
    ...(heard !== undefined && { audioSeconds: heard }),
  }
}

/** A transcript that came whole where a stream was asked for. */
function onceHeard({ text, ...answer }: Json): EventReader {
  const events = [
    { type: 'transcript.text.delta', delta: text },
    { ...answer, type: 'transcript.text.done', text },
  ]
  return { read: async () => events.splice(0), cancel() {} }
}

/** `transcript.text.delta`, `.segment`, `.done`, as OpenAI streams them. */
function transcriptStream(reader: EventReader, request: TranscriptionRequest): TranscriptStream {
  const waiting: Json[] = []
  const segments: SpokenSegment[] = []
  let said = ''
  let done: Json | undefined

  const next = async (): Promise<Json | undefined> => {
    while (waiting.length === 0 && !done) {
      const events = await reader.read()
      if (!events) {
        throw new GatewayError('stream-incomplete', 'The transcript broke off. Retry the request.')
      }
      waiting.push(...events)
    }
    return waiting.shift()
  }
  return {
    cancel: () => reader.cancel(),
    async read() {
      for (let event = await next(); event; event = await next()) {
        const type = event['type']
        if (type === 'transcript.text.delta') {
          const { delta, logprobs } = event
          const piece = String(delta ?? '')
          said += piece
          return { delta: piece, ...extrasOf({ logprobs }) }
        }
        if (type === 'transcript.text.segment') {
          const segment = segmentOf(event)
          segments.push(segment)
          return { delta: '', segment }
        }
        if (type === 'transcript.text.done') done = event
      }
      reader.cancel()
      return undefined
    },
    transcript() {
      const whole = { text: said, ...done, ...(segments.length > 0 && { segments }) }
      return readTranscript(whole, request)
    },
  }
}
