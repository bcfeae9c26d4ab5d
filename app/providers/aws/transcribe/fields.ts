import { GatewayError } from '../../../errors.ts'
import type { TranscriptionRequest } from '../../../ports/transcription.ts'
import { requireCode } from './languages.ts'

type Fields = Record<string, unknown>

/** What a caller asks of Transcribe beyond OpenAI's fields, by the names of the service model. */
export interface TranscribeFields {
  /** Which languages are spoken: one, or how they are told apart. */
  language: Fields
  settings: Fields
  /** Members of the job beside these. */
  members: Fields
  /** What has no effect here. */
  ignored: string[]
}

type Kind = 'text' | 'flag' | 'number' | 'object' | 'list'

const SETTINGS: Readonly<Record<string, Kind>> = {
  VocabularyName: 'text',
  VocabularyFilterName: 'text',
  VocabularyFilterMethod: 'text',
  ShowAlternatives: 'flag',
  MaxAlternatives: 'number',
  ChannelIdentification: 'flag',
  MaxSpeakerLabels: 'number',
}

const MEMBERS: Readonly<Record<string, Kind>> = {
  ContentRedaction: 'object',
  ModelSettings: 'object',
  ToxicityDetection: 'list',
  LanguageIdSettings: 'object',
  MediaSampleRateHertz: 'number',
}

const LANGUAGE: Readonly<Record<string, Kind>> = {
  IdentifyMultipleLanguages: 'flag',
  IdentifyLanguage: 'flag',
  LanguageOptions: 'list',
  LanguageCode: 'text',
}

/** Fields of the translation that may follow. */
export const TRANSLATION_FIELDS: ReadonlySet<string> = new Set([
  'Formality',
  'Profanity',
  'Brevity',
  'TerminologyNames',
])

const MOST_SPEAKERS = 10

/** Throws 400 naming the field. Values may be texts, as forms carry them. */
export function readTranscribeFields(request: TranscriptionRequest): TranscribeFields {
  const { extras = {}, speakers, prompt, temperature } = request
  const settings = taken(extras, SETTINGS)
  const members = taken(extras, MEMBERS)
  if (speakers) {
    if (settings['ChannelIdentification']) {
      throw refused('ChannelIdentification', 'speakers are not told apart by channels as well.')
    }
    Object.assign(settings, { ShowSpeakerLabels: true })
    settings['MaxSpeakerLabels'] ??= MOST_SPEAKERS
  } else delete settings['MaxSpeakerLabels']
  if (members['ContentRedaction']) {
    members['ContentRedaction'] = {
      RedactionType: 'PII',
      ...(members['ContentRedaction'] as Fields),
      // Nobody gets what was to be taken out.
      RedactionOutput: 'redacted',
    }
  }
  return {
    language: languageOf(request),
    settings,
    members,
    ignored: [
      ...(prompt ? ['prompt'] : []),
      ...(temperature ? ['temperature'] : []),
      ...Object.entries(extras)
        .filter(([name, value]) => !KNOWN.has(name) && !isItsWay(name, value))
        .map(([name]) => name),
    ],
  }
}

/** Transcribe cuts recordings as it must. */
const isItsWay = (name: string, value: unknown) => name === 'chunking_strategy' && value === 'auto'

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(SETTINGS),
  ...Object.keys(MEMBERS),
  ...Object.keys(LANGUAGE),
  ...TRANSLATION_FIELDS,
])

function languageOf({ language, languages, extras = {} }: TranscriptionRequest): Fields {
  const own = taken(extras, LANGUAGE)
  const one = language ?? own['LanguageCode']
  if (one !== undefined) {
    return { LanguageCode: requireCode(one, language === undefined ? 'LanguageCode' : 'language') }
  }
  const said = languages ?? (own['LanguageOptions'] as unknown[] | undefined)
  const param = languages ? 'languages' : 'LanguageOptions'
  const options = said && [...new Set(said.map((each) => requireCode(each, param)))]
  if (options?.length === 1) return { LanguageCode: options[0] }
  const several = own['IdentifyMultipleLanguages'] === true
  return {
    ...(several ? { IdentifyMultipleLanguages: true } : { IdentifyLanguage: true }),
    ...(options && options.length > 1 && { LanguageOptions: options }),
  }
}

function taken(extras: Readonly<Fields>, kinds: Readonly<Record<string, Kind>>): Fields {
  const found: Fields = {}
  for (const [name, kind] of Object.entries(kinds)) {
    const value = extras[name]
    if (value !== undefined && value !== null) found[name] = valueAs(name, value, kind)
  }
  return found
}

function valueAs(name: string, value: unknown, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return value
      throw refused(name, 'expected a text.')
    case 'flag':
      if (value === true || value === 'true') return true
      if (value === false || value === 'false') return false
      throw refused(name, 'expected true or false.')
    case 'number':
      if (value !== '' && Number.isFinite(Number(value))) return Number(value)
      throw refused(name, 'expected a number.')
    case 'list':
      return listOf(name, typeof value === 'string' ? parsed(name, value) : value)
    case 'object': {
      const object = typeof value === 'string' ? parsed(name, value) : value
      if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object
      throw refused(name, 'expected an object.')
    }
  }
}

function listOf(name: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  throw refused(name, 'expected a list.')
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // `en-US,de-DE` is a list as well.
    if (!/[[{"]/.test(text)) return text.split(',').map((one) => one.trim())
    throw refused(name, 'expected JSON.')
  }
}

const refused = (param: string, what: string) =>
  new GatewayError('invalid-request', `Invalid '${param}': ${what}`, {
    param,
    reason: 'invalid_value',
  })
