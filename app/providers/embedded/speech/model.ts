import { precededBy, streamOfBytes } from '../../../codecs/bytes/byte-stream.ts'
import { id3Saying, wavHeaderSaying } from '../../../codecs/sound/spoken-text.ts'
import { ssmlOf } from '../../../codecs/sound/ssml.ts'
import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'
import type { AudioEncoding, EncodedFormat } from '../../../ports/audio-encoding.ts'
import type { ModelCard } from '../../../ports/models.ts'
import type { SpeechModel, SpeechRequest } from '../../../ports/speech.ts'
import { SAMPLE_RATE, synthesise, type Voice } from './synthesise.ts'

const MAN: Voice = { pitch: 88, span: 42, throat: 1 }
const WOMAN: Voice = { pitch: 160, span: 65, throat: 1.14 }

/** OpenAI's voices, as near as one throat comes; every other name is one of them as well. */
const VOICES: Readonly<Record<string, Voice>> = {
  alloy: WOMAN,
  ash: MAN,
  ballad: { ...WOMAN, pitch: 145 },
  cedar: { ...MAN, pitch: 80 },
  coral: { ...WOMAN, pitch: 175 },
  echo: { ...MAN, pitch: 98 },
  fable: { ...WOMAN, pitch: 150, span: 85 },
  marin: { ...WOMAN, pitch: 168 },
  nova: { ...WOMAN, pitch: 180, span: 75 },
  onyx: { ...MAN, pitch: 74, throat: 0.96 },
  sage: { ...WOMAN, pitch: 152 },
  shimmer: { ...WOMAN, pitch: 190 },
  verse: { ...MAN, pitch: 94, span: 55 },
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  pcm: 'audio/pcm',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  aac: 'audio/aac',
}

/** Characters that are spoken: what would last for an hour helps nobody to try things out. */
const LONGEST = 20_000

/** Speaks by rules, in English alone and like a machine. WAV and MP3 carry what they say. */
export function createSpeech(card: ModelCard, encoding: AudioEncoding | undefined): SpeechModel {
  return {
    async check({ voice, format }) {
      voiceOf(voice)
      formatOf({ format }, encoding)
    },
    async speak(request) {
      const { voice, speed = 1, language = 'en', extras = {} } = request
      const text = wordsOf(request.text)
      const known = voiceOf(voice)
      const format = formatOf(request, encoding)
      const pieces = synthesise(text, { voice: known, speed })
      let first = pieces.next().value as Uint8Array | undefined
      // Letters of other scripts have no sound here, and of no sound no file can be made.
      if (!first) throw unspeakable()
      const samples = streamOfBytes({
        read: async () => {
          const piece = first ?? (pieces.next().value as Uint8Array | undefined)
          first = undefined
          return piece
        },
        cancel: () => void pieces.return(undefined),
      })
      return {
        audio: madeInto(format, samples, { text, encoding }),
        mediaType: entryOf(MEDIA_TYPES, format)!,
        characters: text.length,
        usage: { input: 0, output: 0, characters: text.length },
        served: {
          provider: 'embedded',
          model: card.id,
          attempts: 1,
          ignored: [...(isEnglish(language) ? [] : ['language']), ...Object.keys(extras)],
        },
      }
    },
  }
}

const isEnglish = (language: string) => /^en\b/i.test(language)

/** Of SSML only its words are understood. */
function wordsOf(input: string): string {
  const text =
    ssmlOf(input)
      ?.replace(/<[^<>]*>/g, ' ')
      .trim() ?? input
  if (text.trim() === '') throw refused('input', 'there is nothing to say in it.')
  if (text.length > LONGEST) {
    throw new GatewayError(
      'invalid-request',
      `Invalid 'input': string too long. The embedded model speaks at most ${LONGEST} characters.`,
      { param: 'input', reason: 'string_above_max_length' },
    )
  }
  return text
}

const unspeakable = () =>
  refused(
    'input',
    'the embedded model speaks English alone, and finds no word of it. Amazon Polly speaks other languages.',
  )

function voiceOf(voice: string) {
  const known = entryOf(VOICES, voice.toLowerCase())
  if (known) return known
  const there = Object.keys(VOICES).join(', ')
  throw refused('voice', `there is no voice "${voice}". These are there: ${there}.`)
}

function formatOf(
  { format, anyFormat }: Pick<SpeechRequest, 'format' | 'anyFormat'>,
  encoding: AudioEncoding | undefined,
): string {
  const there = ['wav', 'pcm', ...(encoding?.formats ?? [])]
  if (there.includes(format)) return format
  if (anyFormat) return 'wav'
  throw refused(
    'response_format',
    `'${format}' cannot be had of the embedded model here. These are had: ${there.join(', ')}.`,
  )
}

const refused = (param: string, why: string) =>
  new GatewayError('invalid-request', `Invalid '${param}': ${why}`, {
    param,
    reason: 'invalid_value',
  })

interface Making {
  text: string
  encoding: AudioEncoding | undefined
}

function madeInto(
  format: string,
  samples: ReadableStream<Uint8Array>,
  { text, encoding }: Making,
): ReadableStream<Uint8Array> {
  if (format === 'pcm') return samples
  if (format === 'wav') return precededBy(wavHeaderSaying(text, SAMPLE_RATE), samples)
  const made = encoding!.encode(samples, {
    format: format as EncodedFormat,
    sampleRate: SAMPLE_RATE,
  })
  return format === 'mp3' ? precededBy(id3Saying(text), made) : made
}
