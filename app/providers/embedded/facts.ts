import { entryOf } from '../../codecs/table.ts'
import { isNoName, plainWords, wordsOf } from './words.ts'

/** What a text holds that an argument could be. `opening` is a capitalised word that may only begin a sentence. */
export type FactKind =
  | 'quoted'
  | 'email'
  | 'url'
  | 'date-time'
  | 'date'
  | 'time'
  | 'number'
  | 'name'
  | 'opening'

export interface Fact {
  kind: FactKind
  value: string
  /** Where it stands in the text. */
  from: number
  to: number
}

/** The facts of one request. Each is given away once, so that two arguments get two values. */
export interface Facts {
  text: string
  /** The text as lower-case words with one blank around each. */
  words: string
  /** The same without a plural's s. */
  plainWords: string
  /** The first free fact of these kinds, in the order of the kinds, for which `use` gives something. */
  take<T>(kinds: readonly FactKind[], use: (fact: Fact) => T | undefined): T | undefined
  /** The same for a fact that the text calls by one of these words: `limit 5`, `from Paris`, `3 days`. */
  takeNamed<T>(name: string, use: (fact: Fact) => T | undefined): T | undefined
  /** What `make` makes; the facts it took are free again when it makes nothing. */
  attempt<T>(make: () => T | undefined): T | undefined
  /** How many have been given away. */
  taken(): number
  /** Whether a free fact follows the one last taken in an enumeration: `Paris, Rome and Oslo`. */
  listGoesOn(): boolean
}

/** Longer texts are read from their beginning only. */
export const LONGEST = 8_000
const MOST_FACTS = 100

export function openFacts(whole: string): Facts {
  const text = whole.slice(0, LONGEST)
  const facts = factsOf(text).slice(0, MOST_FACTS)
  let taken: Fact[] = []

  const takeFirst = <T>(candidates: Fact[], use: (fact: Fact) => T | undefined) => {
    for (const fact of candidates) {
      if (taken.includes(fact)) continue
      const made = use(fact)
      if (made === undefined) continue
      taken.push(fact)
      return made
    }
    return undefined
  }

  return {
    text,
    words: ` ${wordsOf(text).join(' ')} `,
    plainWords: ` ${plainWords(text).join(' ')} `,
    take: (kinds, use) =>
      takeFirst(
        kinds.flatMap((kind) => facts.filter((fact) => fact.kind === kind)),
        use,
      ),
    takeNamed(name, use) {
      const words = wordsOf(name)
      return takeFirst(
        facts.filter((fact) => isCalled(fact, words, text)),
        use,
      )
    },
    attempt(make) {
      const before = taken.slice()
      const made = make()
      if (made === undefined) taken = before
      return made
    },
    taken: () => taken.length,
    listGoesOn() {
      const last = taken.at(-1)
      if (!last) return false
      const next = facts.find((fact) => fact.from >= last.to)
      return (
        next !== undefined &&
        next.kind === last.kind &&
        !taken.includes(next) &&
        /^\s*(,|;|&|(,\s*)?(and|or|und|et|y|e)\s)\s*$/iu.test(text.slice(last.to, next.from))
      )
    },
  }
}

const NAME = "\\p{Lu}[\\p{L}\\p{N}'’.-]*[\\p{L}\\p{N}]|\\p{Lu}"
const FACTS = new RegExp(
  [
    // The keys of JSON in a text are no values.
    '"[^"\\n]{1,80}"\\s*:',
    '"(?<double>[^"\\n]{1,400})"|“(?<curly>[^”\\n]{1,400})”|`(?<tick>[^`\\n]{1,400})`',
    "(?<![\\p{L}\\p{N}])'(?<single>[^'\\n]{1,400})'(?![\\p{L}\\p{N}])",
    '(?<url>https?://[^\\s<>"\'`)\\]]*[^\\s<>"\'`)\\].,;:!?])',
    '(?<email>[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63})+)',
    '(?<datetime>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d)?)',
    '(?<date>\\d{4}-\\d\\d-\\d\\d)',
    '(?<![\\d:])(?<time>\\d{1,2}:\\d\\d(?::\\d\\d)?)(?![\\d:])',
    '(?<![\\p{L}\\p{N}])(?<number>[-+]?\\d{1,15}(?:\\.\\d{1,15})?)(?![\\p{L}\\p{N}])',
    `(?<![\\p{L}\\p{N}])(?<name>(?:${NAME})(?: (?:(?:of|de|da|do|del|la|van|von) )?(?:${NAME}))*(?:, \\p{Lu}{2}(?![\\p{L}\\p{N}]))?)`,
  ].join('|'),
  'gu',
)

const GROUPS: Record<string, FactKind> = {
  double: 'quoted',
  curly: 'quoted',
  tick: 'quoted',
  single: 'quoted',
  url: 'url',
  email: 'email',
  datetime: 'date-time',
  date: 'date',
  time: 'time',
  number: 'number',
  name: 'name',
}

function factsOf(text: string): Fact[] {
  return [...text.matchAll(FACTS)].flatMap((match) => {
    const found = Object.entries(match.groups ?? {}).find(([, value]) => value)
    if (!found) return []
    const [group, value] = found
    const kind = entryOf(GROUPS, group)!
    const to = match.index + match[0].length
    const fact = { kind, value, from: match.index, to }
    return kind === 'name' ? nameOf(fact, text) : [fact]
  })
}

/** `What Paris` is `Paris`; what is left of `Please` is nothing. */
function nameOf(fact: Fact, text: string): Fact[] {
  const words = fact.value.split(' ')
  let from = fact.from
  while (words[0] !== undefined && isNoName(words[0])) from += words.shift()!.length + 1
  if (words.length === 0) return []
  const opens = /(^|[.!?:\n]\s*)$/u.test(text.slice(Math.max(0, from - 4), from))
  return [{ kind: opens ? 'opening' : 'name', value: words.join(' '), from, to: fact.to }]
}

/** What may stand between a name and its value: `limit: 5`, `city is "Rome"`. */
const CONNECTION = /(\s(is|was|are|be|of|to|at|on|by|as|named|called|equals))?[\s=:"'“`(]+$/u
const NEAR = 40

function isCalled(fact: Fact, words: string[], text: string): boolean {
  const before = text.slice(Math.max(0, fact.from - NEAR), fact.from).toLowerCase()
  const after = text.slice(fact.to, fact.to + NEAR).toLowerCase()
  return words.some(
    (word) =>
      endsWithWord(before, word) ||
      endsWithWord(before.replace(CONNECTION, ''), word) ||
      (fact.kind === 'number' && new Set(wordsOf(after.slice(0, word.length + 2))).has(word)),
  )
}

function endsWithWord(text: string, word: string): boolean {
  const end = text.trimEnd()
  return end.endsWith(word) && !/[\p{L}\p{N}]/u.test(end.at(-word.length - 1) ?? ' ')
}
