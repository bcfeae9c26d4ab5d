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
import { type Json, readJson, servedBy } from './answers.ts'
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
      async stream(request, call) {
        if (request.translateTo !== undefined) throw noTranslation(card.id)
        const response = await ask(request, call, true)
        return { events: transcriptStream(eventReader(response), request), served: served(request) }
      },
    }),
  }
}

const noTranslation = (id: string) =>
  new GatewayError('unsupported-parameter', `The model ${id} does not translate.`, {
    param: 'model',
  })

async function questionOf(
  request: TranscriptionRequest,
  model: string,
  streams: boolean,
): Promise<Question> {
  const { translateTo, mediaType, fileName, timestamps } = request
  if (translateTo !== undefined && !/^en\b/i.test(translateTo)) {
    throw new GatewayError('unsupported-parameter', 'This model translates into English only.', {
      param: 'language',
    })
  }
  const file = {
    bytes: await bytesOf(request.audio),
    type: mediaType,
    name: nameOf(fileName, mediaType),
  }
  const times = isGpt(model) ? [] : (timestamps ?? [])
  const fields: (readonly [string, FormValue])[] = [
    ...ownFields(request.extras),
    ['model', model],
    ['response_format', formatOf(request, model)],
    ['language', translateTo === undefined ? request.language?.split('-', 1)[0] : undefined],
    ['prompt', request.prompt],
    ['temperature', request.temperature],
    ...times.map((one) => ['timestamp_granularities[]', one] as const),
    ['chunking_strategy', request.speakers && isDiarizing(model) ? 'auto' : undefined],
    ['stream', streams || undefined],
    ['file', file],
  ]
  const path = translateTo === undefined ? '/audio/transcriptions' : '/audio/translations'
  return { path, body: await encodeForm(fields), accept: streams ? 'text/event-stream' : '*/*' }
}

const isGpt = (model: string) => /gpt-/.test(model)

const isDiarizing = (model: string) => /diarize/.test(model)

function formatOf({ speakers }: TranscriptionRequest, model: string): string {
  if (!isGpt(model)) return 'verbose_json'
  return speakers && isDiarizing(model) ? 'diarized_json' : 'json'
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
  const { speakers, timestamps, translateTo, language } = request
  return [
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
  const { text, language, duration, words, segments } = answer
  const seconds = Number(duration ?? Number.NaN)
  const code = typeof language === 'string' ? languageCode(language) : asked
  const transcript: Transcript = {
    text: typeof text === 'string' ? text : '',
    ...(code && { language: code }),
    ...(seconds >= 0 && { duration: seconds }),
    ...(Array.isArray(words) && { words: words.map(wordOf) }),
    ...(Array.isArray(segments) && { segments: segments.map(segmentOf) }),
  }
  return { transcript, usage: usageOf(answer, seconds >= 0 ? seconds : undefined) }
}

const wordOf = (wire: Json): SpokenWord => ({
  word: String(wire['word'] ?? ''),
  ...timesOf(wire),
})

const segmentOf = (wire: Json): SpokenSegment => ({
  text: String(wire['text'] ?? ''),
  ...timesOf(wire),
})

function timesOf({ start, end, speaker }: Json) {
  return {
    start: Number(start ?? 0),
    end: Number(end ?? 0),
    ...(typeof speaker === 'string' && { speaker }),
  }
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
          const delta = String(event['delta'] ?? '')
          said += delta
          return { delta }
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
