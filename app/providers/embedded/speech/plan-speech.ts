import { createPronouncer } from './pronounce.ts'
import { inWords } from './say-numbers.ts'
import { SILENCE, SOUNDS, type Sound } from './sounds.ts'

/** One thing the mouth does for a while. */
export interface Phase {
  formants: readonly [number, number, number]
  widths: readonly [number, number, number]
  goal?: readonly [number, number, number]
  /** Seconds. */
  length: number
  /** How loud the voice is, the breath, and noise at the lips or teeth. */
  voice: number
  breath: number
  noise?: { centre: number; width: number; level: number }
  /** Where the voice is between low and high, at its end. */
  pitch: number
  /** The mouth holds its form here, and its neighbours bend towards it. */
  isFirm: boolean
}

interface Spoken {
  sound: Sound
  isStressed: boolean
}

type Mark = '.' | ',' | '?'

/** Milliseconds of silence behind a sentence and within one. */
const PAUSES: Readonly<Record<Mark, number>> = { '.': 380, '?': 380, ',': 190 }

const QUIET_WORDS =
  /^(a|an|and|are|as|at|be|but|by|for|from|has|have|he|her|him|his|in|is|it|its|my|of|on|or|our|she|so|than|that|the|their|them|then|there|they|this|to|us|was|we|were|will|with|would|you|your)$/

/** What has to be done to say a text, sentence by sentence: so that the first is heard before the last is planned. */
export function* planSpeech(text: string, speed: number): Generator<Phase[]> {
  const pronounce = createPronouncer()
  const plain = inWords(text.normalize('NFKD').replace(/\p{M}/gu, '')).replace(/[‘’]/g, "'")
  for (const [, words = '', marks = ''] of plain.matchAll(/([^.,;:!?\n]+)([.,;:!?\n]*)/g)) {
    const mark: Mark = marks.includes('?') ? '?' : /[.!\n]/.test(marks) ? '.' : ','
    const spoken = words.split(/[^A-Za-z']+/).flatMap((word) => sayWord(word, pronounce))
    if (spoken.length > 0) yield planClause(spoken, mark, speed)
  }
}

/** By hand, for an expression would look for the last quotes from every quote on. */
function withoutQuotes(word: string): string {
  let from = 0
  let to = word.length
  while (word[from] === "'") from += 1
  while (to > from && word[to - 1] === "'") to -= 1
  return word.slice(from, to)
}

function sayWord(word: string, pronounce: (word: string) => string[]): Spoken[] {
  const bare = withoutQuotes(word)
  const sounds = pronounce(bare).flatMap((name) => SOUNDS[name] ?? [])
  const isQuiet = QUIET_WORDS.test(bare.toLowerCase())
  // Where the spelling does not tell, the first full vowel of a word carries it.
  const strong = isQuiet
    ? -1
    : sounds.findIndex((sound) => sound.kind === 'vowel' && sound !== SOUNDS['AX'])
  return sounds.map((sound, at) => ({ sound, isStressed: at === strong }))
}

function planClause(spoken: readonly Spoken[], mark: Mark, speed: number): Phase[] {
  const last = spoken.findLastIndex(({ sound }) => sound.kind === 'vowel')
  const phases = spoken.flatMap((one, at) => {
    const place = at / Math.max(1, spoken.length - 1)
    const stretch = (one.isStressed ? 1.2 : 1) * (at >= last ? 1.35 : 1)
    const next = spoken[at + 1]?.sound
    return phasesOf(one.sound, { stretch, pitch: pitchAt(place, one.isStressed, mark), next })
  })
  const silence = phase(SILENCE, { length: PAUSES[mark], pitch: 0, isFirm: false })
  return [...phases, silence].map((one) => ({ ...one, length: one.length / 1000 / speed }))
}

/** The voice sinks along a sentence, rises on what matters, and at the end of a question. */
function pitchAt(place: number, isStressed: boolean, mark: Mark): number {
  const fall = mark === '.' ? 1 - place * 0.85 : mark === ',' ? 1 - place * 0.5 : 1 - place * 0.6
  const rise = mark === '?' && place > 0.8 ? (place - 0.8) * 4.5 : 0
  return fall + rise + (isStressed ? 0.25 : 0)
}

interface Manner {
  stretch: number
  pitch: number
  next: Sound | undefined
}

type Making = Partial<Omit<Phase, 'formants' | 'widths'>> & { length: number; pitch: number }

function phase(sound: Sound, making: Making): Phase {
  const { formants, widths } = sound
  return { formants, widths, voice: 0, breath: 0, isFirm: true, ...making }
}

function phasesOf(sound: Sound, { stretch, pitch, next }: Manner): Phase[] {
  const length = sound.length * stretch
  const { noise, voiced } = sound
  switch (sound.kind) {
    case 'vowel':
      return [
        phase(sound, {
          length,
          pitch,
          voice: 1,
          isFirm: false,
          ...(sound.goal && { goal: sound.goal }),
        }),
      ]
    case 'glide':
      return [phase(sound, { length: sound.length, pitch, voice: 0.8 })]
    case 'nasal':
      return [phase(sound, { length, pitch, voice: 0.55 })]
    case 'hiss':
      return [phase(sound, { length, pitch, voice: voiced ? 0.35 : 0, ...(noise && { noise }) })]
    case 'breath': {
      // It has no form of its own, but that of what follows.
      const mouth = next ? { ...sound, formants: next.formants } : sound
      return [phase(mouth, { length: sound.length, pitch, breath: 0.5, isFirm: false })]
    }
    case 'affricate':
      return [
        phase(sound, { length: 45, pitch, voice: voiced ? 0.12 : 0 }),
        phase(sound, { length, pitch, voice: voiced ? 0.25 : 0, ...(noise && { noise }) }),
      ]
    case 'stop':
      return stopPhases(sound, pitch, next)
    case 'silence':
      return [phase(sound, { length, pitch, isFirm: false })]
  }
}

/** Shut, burst, and for those without voice the breath before the next sound. */
function stopPhases(sound: Sound, pitch: number, next: Sound | undefined): Phase[] {
  const { noise, voiced, length } = sound
  const shut = phase(sound, {
    length: voiced ? length * 0.8 : length,
    pitch,
    voice: voiced ? 0.14 : 0,
  })
  const burst = phase(sound, { length: voiced ? 8 : 14, pitch, ...(noise && { noise }) })
  if (voiced) return [shut, burst]
  const isOpen = next?.kind === 'vowel' || next?.kind === 'glide'
  const mouth = isOpen ? { ...sound, formants: between(sound.formants, next.formants) } : sound
  const breath = phase(mouth, { length: isOpen ? 38 : 18, pitch, breath: 0.35, isFirm: false })
  return [shut, burst, breath]
}

const between = (one: Sound['formants'], other: Sound['formants']): Sound['formants'] => [
  (one[0] + other[0]) / 2,
  (one[1] + other[1]) / 2,
  (one[2] + other[2]) / 2,
]
