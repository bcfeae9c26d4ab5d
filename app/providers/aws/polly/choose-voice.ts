import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'
import type { Engine, PollyVoice } from './voice.ts'

/**
 * OpenAI's voices by what they sound like; Polly has none of them. The last word decides between men and
 * women alone, so who asks for `onyx` hears a man in every language that has one.
 */
const OPENAI_VOICES: Readonly<Record<string, 'woman' | 'man'>> = {
  alloy: 'woman',
  ash: 'man',
  ballad: 'woman',
  cedar: 'man',
  coral: 'woman',
  echo: 'man',
  fable: 'woman',
  marin: 'woman',
  nova: 'woman',
  onyx: 'man',
  sage: 'woman',
  shimmer: 'woman',
  verse: 'man',
}

/** Whether a voice is one of OpenAI's, for which a language has to be known. */
export const isOpenaiVoice = (name: string) => Object.hasOwn(OPENAI_VOICES, name.toLowerCase())

export const findVoice = (voices: readonly PollyVoice[], name: string): PollyVoice | undefined =>
  voices.find(({ id }) => id.toLowerCase() === name.trim().toLowerCase())

interface Chosen {
  voice: PollyVoice
  /** Sent only where it is not the voice's own. */
  language?: string
}

interface Wanted {
  name: string
  engine: Engine
  /** `de`, `de-DE`; undefined where nobody said or told. */
  language?: string
  /** The caller named the language, so that no other will do. */
  isNamed: boolean
}

const FALLBACK = 'en-US'

/** The voice that is meant. Throws 400 naming what there is. */
export function chooseVoice(voices: readonly PollyVoice[], wanted: Wanted): Chosen {
  const able = voices.filter(({ engines }) => engines.includes(wanted.engine))
  return isOpenaiVoice(wanted.name) ? byLanguage(able, wanted) : byName(voices, able, wanted)
}

function byName(
  voices: readonly PollyVoice[],
  able: readonly PollyVoice[],
  { name, engine, language, isNamed }: Wanted,
): Chosen {
  const voice = findVoice(able, name)
  if (!voice) {
    const elsewhere = findVoice(voices, name)
    const why = elsewhere
      ? `The voice ${elsewhere.id} does not speak by this engine, but by ${elsewhere.engines.join(', ')}.`
      : `There is no voice "${name}".`
    throw refusedVoice(`${why} ${told(able, engine)}`)
  }
  if (!isNamed || language === undefined) return { voice }
  const spoken = bestLanguage(voice.languages, language)
  if (spoken === undefined) {
    throw new GatewayError(
      'invalid-request',
      `The voice ${voice.id} speaks ${voice.languages.join(', ')}, not ${language}.`,
      { param: 'language', reason: 'invalid_value' },
    )
  }
  return { voice, ...(spoken !== voice.languages[0] && { language: spoken }) }
}

/** The first by name of those who speak the language, of the right kind where there is one. */
function byLanguage(
  able: readonly PollyVoice[],
  { name, engine, language = FALLBACK, isNamed }: Wanted,
): Chosen {
  const isWoman = OPENAI_VOICES[name.toLowerCase()] === 'woman'
  const found = speakersOf(able, language) ?? (isNamed ? undefined : speakersOf(able, FALLBACK))
  if (!found) {
    const spoken = [...new Set(able.flatMap(({ languages }) => languages))].sort()
    throw new GatewayError(
      'invalid-request',
      `No ${engine} voice of Amazon Polly speaks ${language}. These are spoken: ${spoken.join(', ')}.`,
      { param: 'language', reason: 'invalid_value' },
    )
  }
  const sorted = found.speakers.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const voice = sorted.find(({ female }) => female === isWoman) ?? sorted[0]!
  return { voice, ...(found.language !== voice.languages[0] && { language: found.language }) }
}

function speakersOf(able: readonly PollyVoice[], language: string) {
  const all = [...new Set(able.flatMap(({ languages }) => languages))]
  const best = bestLanguage(all, language)
  if (best === undefined) return undefined
  // Who was born to it before who has learnt it.
  const born = able.filter(({ languages }) => languages[0] === best)
  const speakers = born.length > 0 ? born : able.filter(({ languages }) => languages.includes(best))
  return { speakers, language: best }
}

/** Of several countries with one language, the one most texts come from. */
const USUAL: Readonly<Record<string, string>> = {
  ar: 'arb',
  de: 'de-DE',
  en: 'en-US',
  es: 'es-ES',
  fr: 'fr-FR',
  nl: 'nl-NL',
  no: 'nb-NO',
  pt: 'pt-BR',
  zh: 'cmn-CN',
}

/** Other codes for languages that Polly calls by its own. */
const SAME: Readonly<Record<string, string>> = {
  'zh-cn': 'cmn-CN',
  'zh-tw': 'cmn-CN',
  'zh-hk': 'yue-CN',
  'ar-ae': 'ar-AE',
  'no-no': 'nb-NO',
  nb: 'nb-NO',
  cmn: 'cmn-CN',
  yue: 'yue-CN',
}

/** What is nearest to a language among those there are: itself, its usual form, any of its forms. */
export function bestLanguage(all: readonly string[], wanted: string): string | undefined {
  const plain = wanted.trim().replace('_', '-').toLowerCase()
  const has = (code: string | undefined) =>
    code === undefined ? undefined : all.find((one) => one.toLowerCase() === code.toLowerCase())
  const exact = has(plain) ?? has(entryOf(SAME, plain))
  if (exact) return exact
  const family = plain.split('-', 1)[0]!
  return (
    has(entryOf(USUAL, family)) ?? all.find((one) => one.toLowerCase().split('-', 1)[0] === family)
  )
}

function told(able: readonly PollyVoice[], engine: Engine): string {
  const ids = able.map(({ id }) => id).sort()
  return `By ${engine} there are ${ids.join(', ')}, and OpenAI's ${Object.keys(OPENAI_VOICES).join(', ')}.`
}

const refusedVoice = (message: string) =>
  new GatewayError('invalid-request', message, { param: 'voice', reason: 'invalid_value' })
