import { mappedStream, precededBy, streamOfBytes } from '../../../codecs/bytes/byte-stream.ts'
import { createResampler } from '../../../codecs/sound/resample.ts'
import { ssmlOf } from '../../../codecs/sound/ssml.ts'
import { wavHeader } from '../../../codecs/sound/wav.ts'
import { GatewayError } from '../../../errors.ts'
import type { AudioEncoding, EncodedFormat } from '../../../ports/audio-encoding.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { ModelCard } from '../../../ports/models.ts'
import type { SpeechModel, SpeechRequest } from '../../../ports/speech.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AudioFolders } from '../audio-work/folders.ts'
import { madeAgain } from '../audio-work/patience.ts'
import { askRouted, type Routing } from '../bedrock/routed.ts'
import type { AwsCall } from '../call.ts'
import { type PollyFields, readFields } from './asked.ts'
import { chooseVoice, findVoice, isOpenaiVoice } from './choose-voice.ts'
import { detectLanguage } from './detect-language.ts'
import { formOf, type SpokenForm } from './formats.ts'
import {
  CALL_LIMIT,
  fits,
  hastened,
  inBreaths,
  languageOfSsml,
  readText,
  type SpokenText,
  TASK_LIMIT,
  wordsOf,
} from './spoken-text.ts'
import { speakByTask } from './task.ts'
import type { Engine, PollyVoice } from './voice.ts'
import type { VoiceBook } from './voice-book.ts'

export interface PollyDependencies extends Routing {
  call: AwsCall
  voices: VoiceBook
  folders: AudioFolders
  encoding?: AudioEncoding
  /** The region that tells languages; the one that speaks where absent. */
  comprehendRegion?: string
  /** The language of OpenAI's voices; told from the text where absent. */
  language?: string
  lookEvery: number
}

interface PollyTarget {
  card: ModelCard
  engine: Engine
  regions: readonly string[]
}

/** What OpenAI's clients may send at most, which is spoken in a few calls rather than by a task. */
const OPENAI_LIMIT = 4096

/** One request, read; `fields` go to Polly beside voice and text. */
interface Order {
  request: SpeechRequest
  own: PollyFields
  form: SpokenForm
  text: SpokenText
  language?: string
  isNamed: boolean
}

/** Amazon Polly (SynthesizeSpeech) as a model: its engine. */
export function createPollyModel(
  dependencies: PollyDependencies,
  target: PollyTarget,
): SpeechModel {
  return {
    async check({ voice: name, format }) {
      const { engine, regions } = target
      formOf(format, undefined, dependencies.encoding)
      const voices = await voicesFor(dependencies, { name, engine, region: regions[0]! })
      chooseVoice(voices, { name, engine, isNamed: false })
    },
    async speak(request, call) {
      const own = readFields(request)
      const format = own.marks ? 'json' : request.format
      const form = formOf(format, own.sampleRate, dependencies.encoding)
      const text = readText(request.text, request.speed)
      const named = request.language ?? own.language ?? languageOfSsml(request.text)
      const order: Order = { request, own, form, text, isNamed: named !== undefined }
      order.language = named ?? (await languageFor({ ...dependencies, ...target }, request, call))
      const way = wayOf(order, dependencies, target)
      const { answer, served } = await askInRegions(dependencies, target, { order, way, call })
      const { audio, characters = text.characters } = answer
      return {
        audio: finished(audio, form, dependencies.encoding),
        mediaType: form.mediaType,
        characters,
        usage: { input: 0, output: 0, characters },
        served: { ...served, ignored: own.ignored },
      }
    },
  }
}

/** OpenAI's voices speak every language; somebody has to know which. */
async function languageFor(
  { language, comprehendRegion, call: ask, regions }: PollyDependencies & PollyTarget,
  request: SpeechRequest,
  call: Call,
): Promise<string | undefined> {
  if (!isOpenaiVoice(request.voice)) return undefined
  const region = comprehendRegion ?? regions[0]
  if (language !== undefined || region === undefined) return language
  return detectLanguage(wordsOf(request.text), { call: ask, region }, call)
}

type Way = 'once' | 'in pieces' | 'by task'

/** How a text is spoken. Throws 400 or 503 for one that is too long, naming how much there may be. */
function wayOf(
  { text, form, request }: Order,
  { folders }: PollyDependencies,
  { regions }: PollyTarget,
): Way {
  if (fits(text, CALL_LIMIT)) return 'once'
  const isPlain = ssmlOf(request.text) === undefined
  const canJoin = isPlain && form.joins
  if (canJoin && text.characters <= OPENAI_LIMIT) return 'in pieces'
  if (!fits(text, TASK_LIMIT)) {
    throw tooLong(
      `Amazon Polly speaks at most ${TASK_LIMIT.billed} characters, ${TASK_LIMIT.total} with tags.`,
    )
  }
  if (regions.some(folders.hasBucket)) return 'by task'
  if (canJoin) return 'in pieces'
  throw tooLong(
    `Amazon Polly speaks at most ${CALL_LIMIT.billed} characters of this at once, ${CALL_LIMIT.total} with tags. Longer ones go through S3: set AWS_S3_BUCKET, or AWS_S3_REGIONAL_BUCKETS for the region that speaks.`,
  )
}

const tooLong = (message: string) =>
  new GatewayError('invalid-request', `Invalid 'input': string too long. ${message}`, {
    param: 'input',
    reason: 'string_above_max_length',
  })

interface Spoken {
  audio: ReadableStream<Uint8Array>
  characters?: number
}

async function askInRegions(
  dependencies: PollyDependencies,
  { card, engine, regions }: PollyTarget,
  { order, way, call }: { order: Order; way: Way; call: Call },
): Promise<{ answer: Spoken; served: Omit<Served, 'ignored'> }> {
  const able = way === 'by task' ? regions.filter(dependencies.folders.hasBucket) : regions
  const candidates = able.map((region) => ({ region, id: card.id, key: `${card.id} ${region}` }))
  return askRouted(
    dependencies,
    { card, routes: () => ({ plan: { candidates } }) },
    {
      way: 'stream',
      call,
      async ask({ region }, signal) {
        const fields = await fieldsFor(dependencies, { order, engine, region })
        const speaking: Speaking = { fields, region, asked: { as: call.as, signal } }
        if (way === 'by task') {
          const task = { fields: { ...fields, ...inText(order.text) }, region }
          return speakByTask(dependencies, task, { as: call.as, signal: call.signal })
        }
        if (way === 'in pieces') return speakInPieces(dependencies.call, speaking, order)
        return speakOnce(dependencies.call, speaking, order.text)
      },
      undo: ({ audio }) => void audio.cancel().catch(() => {}),
    },
  )
}

type Fields = Record<string, unknown>

async function voicesFor(
  { voices }: Pick<PollyDependencies, 'voices'>,
  { name, engine, region }: { name: string; engine: Engine; region: string },
): Promise<readonly PollyVoice[]> {
  const known = voices.known(region)
  const isKnown = isOpenaiVoice(name) || findVoice(known, name)?.engines.includes(engine)
  // Before a voice is refused, AWS is asked whether there is one by now.
  return isKnown ? known : voices.asked(region)
}

async function fieldsFor(
  { voices }: PollyDependencies,
  { order, engine, region }: { order: Order; engine: Engine; region: string },
): Promise<Fields> {
  const { request, own, form, language, isNamed } = order
  const { voice: name } = request
  const list = await voicesFor({ voices }, { name, engine, region })
  const chosen = chooseVoice(list, { name, engine, isNamed, ...(language && { language }) })
  return {
    Engine: engine,
    VoiceId: chosen.voice.id,
    OutputFormat: form.output,
    ...(chosen.language && { LanguageCode: chosen.language }),
    ...(form.asked && { SampleRate: String(form.asked) }),
    ...(own.lexicons && { LexiconNames: own.lexicons }),
    ...(own.marks && { SpeechMarkTypes: own.marks }),
  }
}

const inText = ({ text, type }: SpokenText) => ({ Text: text, TextType: type })

interface Speaking {
  fields: Fields
  region: string
  asked: Pick<Call, 'as' | 'signal'>
}

async function speakOnce(call: AwsCall, speaking: Speaking, text: SpokenText): Promise<Spoken> {
  const response = await synthesize(call, speaking, text)
  const billed = Number(response.header('x-amzn-requestcharacters') ?? Number.NaN)
  return {
    audio: streamOfBytes(response.body),
    ...(Number.isInteger(billed) && { characters: billed }),
  }
}

function synthesize(
  call: AwsCall,
  { fields, region, asked: { as, signal } }: Speaking,
  text: SpokenText,
): Promise<UpstreamResponse> {
  const body = JSON.stringify({ ...fields, ...inText(text) })
  return call({ service: 'polly', region, method: 'POST', path: '/v1/speech', body, as }, signal)
}

/** One call after the other, each begun when the one before it has been read. */
async function speakInPieces(
  call: AwsCall,
  speaking: Speaking,
  { request, text }: Order,
): Promise<Spoken> {
  const { speed } = request
  const texts = inBreaths(request.text).map((words): SpokenText => {
    if (speed !== undefined && speed !== 1) return hastened(words, speed)
    return { text: words, type: 'text', characters: words.length }
  })
  const left = new AbortController()
  // The signal of the request ends with its head; who leaves later cancels the stream.
  const later = { ...speaking, asked: { ...speaking.asked, signal: left.signal } }
  let { body } = await synthesize(call, speaking, texts.shift()!)
  const audio = streamOfBytes({
    async read() {
      for (;;) {
        const bytes = await body.read()
        if (bytes !== undefined) return bytes
        const next = texts.shift()
        if (next === undefined) return undefined
        const asked = () => synthesize(call, later, next)
        body = (await madeAgain(asked, left.signal)).body
      }
    },
    cancel() {
      left.abort()
      body.cancel()
    },
  })
  return { audio, characters: text.characters }
}

/** Polly's audio as the format that was asked for. */
function finished(
  audio: ReadableStream<Uint8Array>,
  { made, asked = 0, rate }: SpokenForm,
  encoding: AudioEncoding | undefined,
): ReadableStream<Uint8Array> {
  if (made === undefined) return audio
  const sampleRate = rate ?? asked
  const samples = sampleRate === asked ? audio : resampled(audio, asked, sampleRate)
  if (made === 'samples') return samples
  if (made === 'wav') return precededBy(wavHeader({ sampleRate }), samples)
  return encoding!.encode(samples, { format: made as EncodedFormat, sampleRate })
}

function resampled(audio: ReadableStream<Uint8Array>, from: number, to: number) {
  const resampler = createResampler(from, to)
  return mappedStream(audio, resampler.write, resampler.end)
}
