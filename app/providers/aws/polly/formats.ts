import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'
import type { AudioEncoding, EncodedFormat } from '../../../ports/audio-encoding.ts'

/** How a format that callers name is had of Polly, and what is made of that here. */
export interface SpokenForm {
  /** Polly's word. */
  output: 'mp3' | 'ogg_opus' | 'ogg_vorbis' | 'pcm' | 'mulaw' | 'alaw' | 'json'
  mediaType: string
  /** What is made of Polly's samples: a header before them, or a file of another format. */
  made?: 'samples' | 'wav' | EncodedFormat
  /** Samples a second that Polly is asked for; its own choice where absent. */
  asked?: number
  /** Samples a second that go out, where that is not what Polly was asked for. */
  rate?: number
  /** Two of these after one another are one of them. */
  joins: boolean
}

/** OpenAI's samples; Polly gives 16,000 at most (service model, SampleRate). */
const OPENAI_RATE = 24_000
const POLLY_RATE = 16_000

const RATES: Readonly<Record<SpokenForm['output'], readonly number[]>> = {
  mp3: [8000, 16000, 22050, 24000, 44100, 48000],
  ogg_vorbis: [8000, 16000, 22050, 24000, 44100, 48000],
  ogg_opus: [48000],
  pcm: [8000, 16000],
  mulaw: [8000],
  alaw: [8000],
  json: [],
}

const OF_SAMPLES = { output: 'pcm', joins: true } as const

const FORMS: Readonly<Record<string, SpokenForm>> = {
  mp3: { output: 'mp3', mediaType: 'audio/mpeg', joins: true },
  opus: { output: 'ogg_opus', mediaType: 'audio/ogg', joins: false },
  ogg: { output: 'ogg_vorbis', mediaType: 'audio/ogg', joins: false },
  pcm: { ...OF_SAMPLES, mediaType: 'audio/pcm', made: 'samples' },
  wav: { ...OF_SAMPLES, mediaType: 'audio/wav', made: 'wav' },
  flac: { ...OF_SAMPLES, mediaType: 'audio/flac', made: 'flac' },
  aac: { ...OF_SAMPLES, mediaType: 'audio/aac', made: 'aac' },
  mulaw: { output: 'mulaw', mediaType: 'audio/basic', asked: 8000, joins: true },
  alaw: { output: 'alaw', mediaType: 'audio/x-alaw-basic', asked: 8000, joins: true },
  json: { output: 'json', mediaType: 'application/x-json-stream', joins: false },
}

const MADE_HERE: ReadonlySet<string> = new Set(['flac', 'aac', 'mp3'])

/** Throws 400 naming what there is: by the name of the format, by the rate, by what can be encoded here. */
export function formOf(
  format: string,
  sampleRate: number | undefined,
  encoding: AudioEncoding | undefined,
): SpokenForm {
  const form = Object.hasOwn(FORMS, format) ? FORMS[format]! : undefined
  const isMade = form?.made !== undefined && MADE_HERE.has(form.made)
  const canBeMade = !isMade || encoding?.formats.includes(form.made as EncodedFormat)
  if (!form || !canBeMade) {
    const there = Object.keys(FORMS).filter((name) => {
      const { made } = entryOf(FORMS, name)!
      return !made || !MADE_HERE.has(made) || encoding?.formats.includes(made as EncodedFormat)
    })
    const why = form ? `'${format}' cannot be encoded on this runtime` : `'${format}' is not known`
    throw new GatewayError(
      'invalid-request',
      `Invalid 'response_format': ${why}. These are had: ${there.join(', ')}.`,
      { param: 'response_format', reason: 'invalid_value' },
    )
  }
  return withRate(form, format, sampleRate)
}

function withRate(form: SpokenForm, format: string, rate: number | undefined): SpokenForm {
  if (rate === undefined) {
    return form.made ? { ...form, asked: POLLY_RATE, rate: OPENAI_RATE } : form
  }
  if (form.made && rate === OPENAI_RATE) return { ...form, asked: POLLY_RATE, rate: OPENAI_RATE }
  if (RATES[form.output].includes(rate)) return { ...form, asked: rate }
  const there = form.made ? [...RATES.pcm, OPENAI_RATE] : RATES[form.output]
  throw new GatewayError(
    'invalid-request',
    `Invalid 'SampleRate': '${format}' has ${there.length > 0 ? there.join(', ') : 'none'}.`,
    { param: 'SampleRate', reason: 'invalid_value' },
  )
}
