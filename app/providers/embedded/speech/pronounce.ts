import { entryOf } from '../../../codecs/table.ts'
import { KNOWN_WORDS, LETTER_NAMES, SPELLING_RULES } from './spelling-rules.ts'

/** What the signs of a rule stand for. */
const SIGNS: Readonly<Record<string, string>> = {
  '#': '[AEIOUY]+',
  ':': '[BCDFGHJKLMNPQRSTVWXZ]*',
  '^': '[BCDFGHJKLMNPQRSTVWXZ]',
  '*': '[BCDFGHJKLMNPQRSTVWXZ]+',
  '.': '[BDVGJLMNRWZ]',
  $: '[BCDFGHJKLMNPQRSTVWXZ][EI]',
  '+': '[EIY]',
  '%': '(?:ER|ES|ED|ELY|ING|E)',
  '&': '(?:CH|SH|[SCGZXJ])',
  '@': '(?:TH|CH|SH|[TSRDLZNJ])',
}

interface Rule {
  left: RegExp
  letters: string
  right: RegExp
  sounds: readonly string[]
}

/** Sounds of English words, by a few exceptions, then by the rules of spelling. */
export function createPronouncer(): (word: string) => string[] {
  const rules = new Map(
    Object.entries(SPELLING_RULES).map(([letter, text]) => [letter, text.split('/').map(readRule)]),
  )
  return (word) => {
    const letters = word.toUpperCase()
    const known = Object.hasOwn(KNOWN_WORDS, letters) ? KNOWN_WORDS[letters] : undefined
    if (known !== undefined) return known.split(' ')
    if (letters.length === 1) return soundsOfLetter(letters)
    return isUnspeakable(letters) ? [...letters].flatMap(soundsOfLetter) : byRules(letters, rules)
  }
}

/** Without a vowel it is an abbreviation: its letters are said. */
const isUnspeakable = (letters: string) => !/[AEIOUY]/.test(letters)

const soundsOfLetter = (letter: string) => LETTER_NAMES[letter]?.split(' ') ?? []

function byRules(letters: string, rules: Map<string, Rule[]>): string[] {
  const text = ` ${letters} `
  const sounds: string[] = []
  for (let at = 1; at < text.length - 1; ) {
    const rule = rules.get(text[at]!)?.find((one) => fits(one, text, at))
    sounds.push(...(rule?.sounds ?? []))
    at += rule?.letters.length ?? 1
  }
  return sounds
}

const fits = ({ left, letters, right }: Rule, text: string, at: number) =>
  text.startsWith(letters, at) &&
  right.test(text.slice(at + letters.length)) &&
  left.test(text.slice(0, at))

function readRule(rule: string): Rule {
  const [, left = '', letters = '', right = '', sounds = ''] =
    /^([^[]*)\[([^\]]+)\]([^=]*)=(.*)$/.exec(rule) ?? []
  return {
    left: new RegExp(`${patternOf(left)}$`),
    letters,
    right: new RegExp(`^${patternOf(right)}`),
    sounds: sounds === '' ? [] : sounds.split(' '),
  }
}

const patternOf = (context: string) =>
  [...context].map((sign) => entryOf(SIGNS, sign) ?? sign).join('')
