import { GatewayError } from '../../../errors.ts'
import type { SpeechRequest } from '../../../ports/speech.ts'

/** The fields of Polly's own that a request may hold (service model, SynthesizeSpeechInput). */
export interface PollyFields {
  sampleRate?: number
  lexicons?: readonly string[]
  language?: string
  marks?: readonly string[]
  /** Fields that have no effect here. */
  ignored: string[]
}

const MARKS = ['sentence', 'ssml', 'viseme', 'word']
/** Marks of a text for whoever asks for JSON and names none. */
const USUAL_MARKS = ['sentence', 'word']

/** Throws 400 for values that Polly would refuse. */
export function readFields({ extras = {}, format }: SpeechRequest): PollyFields {
  const { SampleRate, LexiconNames, LanguageCode, SpeechMarkTypes, ...others } = extras
  const marks = listOf(SpeechMarkTypes, 'SpeechMarkTypes')
  const unknown = marks?.find((one) => !MARKS.includes(one))
  if (unknown !== undefined || marks?.length === 0) {
    throw refused('SpeechMarkTypes', `Expected some of ${MARKS.join(', ')}.`)
  }
  const sampleRate = SampleRate === undefined ? undefined : Number(SampleRate)
  if (sampleRate !== undefined && !Number.isInteger(sampleRate)) {
    throw refused('SampleRate', 'Expected a number of samples a second.')
  }
  const lexicons = listOf(LexiconNames, 'LexiconNames')
  if (lexicons && lexicons.length > 5) throw refused('LexiconNames', 'Expected at most five.')
  if (LanguageCode !== undefined && typeof LanguageCode !== 'string') {
    throw refused('LanguageCode', 'Expected a language like de-DE.')
  }
  return {
    ...(sampleRate !== undefined && { sampleRate }),
    ...(lexicons && { lexicons }),
    ...(LanguageCode && { language: LanguageCode }),
    ...((marks || format === 'json') && { marks: marks ?? USUAL_MARKS }),
    ignored: Object.keys(others),
  }
}

function listOf(value: unknown, param: string): string[] | undefined {
  if (value === undefined) return undefined
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (items.every((one) => typeof one === 'string')) return items as string[]
  throw refused(param, 'Expected a list of texts.')
}

const refused = (param: string, what: string) =>
  new GatewayError('invalid-request', `Invalid '${param}': ${what}`, {
    param,
    reason: 'invalid_value',
  })
