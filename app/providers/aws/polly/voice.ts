import { entryOf } from '../../../codecs/table.ts'

/** How Polly speaks; each is a model of its own here. */
export const ENGINES = ['standard', 'neural', 'long-form', 'generative'] as const
export type Engine = (typeof ENGINES)[number]

export interface PollyVoice {
  id: string
  female: boolean
  /** Its own language first, then others it speaks. */
  languages: readonly string[]
  engines: readonly Engine[]
}

const LETTERS: Readonly<Record<string, Engine>> = {
  s: 'standard',
  n: 'neural',
  l: 'long-form',
  g: 'generative',
}

/** Voices from the short form of our own table: language -> `Id:Fsn+other-LANGUAGE`. */
export function readVoices(table: Readonly<Record<string, string>>): PollyVoice[] {
  return Object.entries(table).flatMap(([language, cells]) =>
    cells.split(' ').map((cell) => {
      const [name = '', ...others] = cell.split('+')
      const [id = '', letters = ''] = name.split(':')
      return {
        id,
        female: letters.startsWith('F'),
        languages: [language, ...others],
        engines: [...letters.slice(1)].map((letter) => entryOf(LETTERS, letter)!),
      }
    }),
  )
}

/** A voice as DescribeVoices tells it; undefined for what cannot be read. */
export function voiceOfWire(wire: unknown): PollyVoice | undefined {
  const { Id, Gender, LanguageCode, AdditionalLanguageCodes, SupportedEngines } = (wire ??
    {}) as Record<string, unknown>
  if (typeof Id !== 'string' || typeof LanguageCode !== 'string') return undefined
  const engines = Array.isArray(SupportedEngines) ? SupportedEngines : []
  const others = Array.isArray(AdditionalLanguageCodes) ? AdditionalLanguageCodes : []
  return {
    id: Id,
    female: Gender === 'Female',
    languages: [LanguageCode, ...others.map(String)],
    engines: ENGINES.filter((engine) => engines.includes(engine)),
  }
}
