import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { spokenTextIn } from '../../codecs/sound/spoken-text.ts'
import { readWavHeader } from '../../codecs/sound/wav.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelCard } from '../../ports/models.ts'
import type {
  SpokenSegment,
  SpokenWord,
  Transcript,
  TranscriptionModel,
  TranscriptionRequest,
} from '../../ports/transcription.ts'
import { languageOf } from './language.ts'

/**
 * Hears nothing, but reads what our own speech carries with it (WAV and MP3), so that examples go round
 * without a network. Anything else is a 503 that names what would hear it.
 */
export function createTranscription(card: ModelCard): TranscriptionModel {
  const served = (ignored: string[]) => ({
    provider: 'embedded',
    model: card.id,
    attempts: 1,
    ignored,
  })
  const listen = async (request: TranscriptionRequest) => {
    const { text, seconds } = await carriedBy(request)
    if (request.translateTo !== undefined && languageOf(text) !== undefined) throw noTranslation()
    const transcript = transcriptOf(text, seconds, request.speakers === true)
    const usage = { input: 0, output: 0, audioSeconds: transcript.duration ?? 0 }
    return { transcript, usage, served: served(ignoredOf(request)) }
  }
  return {
    transcribe: listen,
    async stream(request) {
      const { transcript, usage, served: by } = await listen(request)
      const waiting = transcript.segments!.map((segment, at) => ({
        delta: (at === 0 ? '' : ' ') + segment.text,
        ...(request.speakers && { segment }),
      }))
      return {
        events: {
          read: async () => waiting.shift(),
          transcript: () => ({ transcript, usage }),
          cancel: () => void waiting.splice(0),
        },
        served: by,
      }
    },
  }
}

const ignoredOf = (request: TranscriptionRequest) => {
  const { language, languages, prompt, temperature, extras = {} } = request
  return [
    ...(language ? ['language'] : []),
    ...(languages ? ['languages'] : []),
    ...(prompt ? ['prompt'] : []),
    ...(temperature ? ['temperature'] : []),
    ...Object.keys(extras),
  ]
}

/** More than the text of the longest speech takes. */
const FRONT = 256 * 1024

async function carriedBy({ audio }: TranscriptionRequest) {
  const reader = audio.getReader()
  const front: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (size < FRONT) front.push(value.slice())
    size += value.length
  }
  const head = concatenated(front)
  const text = spokenTextIn(head)
  if (text === undefined) throw deaf()
  const wav = readWavHeader(head)
  if (!wav) return { text, seconds: undefined }
  const { dataStart, sampleRate, channels, bitsPerSample } = wav
  return { text, seconds: (size - dataStart) / (sampleRate * channels * (bitsPerSample / 8)) }
}

const deaf = () =>
  new GatewayError(
    'feature-unavailable',
    'The embedded models do not hear: of recordings they know only WAV and MP3 that they have spoken themselves. Amazon Transcribe hears with AWS credentials and AWS_S3_BUCKET, OpenAI with OPENAI_API_KEY.',
    { param: 'file' },
  )

const noTranslation = () =>
  new GatewayError(
    'feature-unavailable',
    'The embedded models do not translate. Amazon Transcribe and Translate do, with AWS credentials and AWS_S3_BUCKET, or OpenAI with OPENAI_API_KEY.',
    { param: 'file' },
  )

/** Seconds a letter takes, where nobody can tell how long a recording is. */
const PER_LETTER = 0.07

/** The text with times as even as if it had been spoken letter by letter. */
function transcriptOf(text: string, seconds: number | undefined, speakers: boolean): Transcript {
  const plain = text.replace(/\s+/g, ' ').trim()
  const duration = rounded(seconds ?? plain.length * PER_LETTER)
  const at = (letter: number) => rounded((letter / Math.max(1, plain.length)) * duration)
  const words: SpokenWord[] = [...plain.matchAll(/[\p{L}\p{N}'’-]+/gu)].map((found) => ({
    word: found[0],
    start: at(found.index),
    end: at(found.index + found[0].length),
  }))
  const segments: SpokenSegment[] = [...plain.matchAll(/\S[^.!?]*[.!?]*/g)].map((found) => ({
    text: found[0].trim(),
    start: at(found.index),
    end: at(found.index + found[0].length),
    ...(speakers && { speaker: 'A' }),
  }))
  return { text: plain, duration, words, segments }
}

const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000
