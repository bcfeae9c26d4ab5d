import { entryOf } from '../../../codecs/table.ts'
import type { Fact, FactKind } from '../facts.ts'
import { wordsOf } from '../words.ts'
import { fits } from './fits.ts'
import { formatOf } from './formats.ts'
import { exampleOf, type Length } from './pattern-match.ts'
import { limitOf, patternOf, type SchemaObject } from './schema.ts'
import type { Wish } from './wish.ts'

/** The kinds of fact a format is made of. */
const OF_FORMAT: Partial<Record<string, FactKind[]>> = {
  email: ['email'],
  'idn-email': ['email'],
  uri: ['url'],
  'uri-reference': ['url'],
  date: ['date', 'date-time'],
  'date-time': ['date-time', 'date'],
  time: ['time'],
}

/** The same for properties without a format, by a word of their name. */
const OF_NAME: Partial<Record<string, FactKind[]>> = {
  email: ['email'],
  mail: ['email'],
  recipient: ['email'],
  url: ['url'],
  uri: ['url'],
  link: ['url'],
  website: ['url'],
  date: ['date', 'date-time'],
  day: ['date'],
  time: ['time', 'date-time'],
}

/** Properties by these names want a passage rather than a name. */
const WANTS_TEXT = new Set(
  `answer body command comment content description expression input instruction message note prompt query
  question q reason request search sentence statement subject summary task text thought topic`.split(
    /\s+/,
  ),
)

/** A string of the text, else one made up within the bounds. */
export function makeString(schema: SchemaObject, wish: Wish): unknown {
  const { name, need, facts, scope } = wish
  const accept = (text: string) => (fits(text, schema, scope) ? text : undefined)
  const format = formatOf(schema['format'])
  const adapt = (fact: Fact) =>
    accept(isMoment(fact) && format?.adapt ? format.adapt(fact.value) : fact.value)

  const clear = facts.take(clearKinds(schema, name), adapt) ?? facts.takeNamed(name, adapt)
  if (clear !== undefined || need === 'named') return clear
  const found = findString(schema, wish, accept)
  if (found !== undefined || need === 'found') return found
  for (const text of invented(schema, wish)) {
    if (typeof text !== 'string' || accept(text) === undefined) continue
    scope.budget.left -= Math.floor(text.length / LETTERS_A_STEP)
    return text
  }
  return undefined
}

function isMoment({ kind }: Fact): boolean {
  return kind === 'date' || kind === 'date-time' || kind === 'time'
}

function clearKinds(schema: SchemaObject, name: string): readonly FactKind[] {
  const { format } = schema
  if (typeof format === 'string') return entryOf(OF_FORMAT, format) ?? []
  return wordsOf(name).flatMap((word) => entryOf(OF_NAME, word) ?? [])
}

function findString(
  schema: SchemaObject,
  { name, facts }: Wish,
  accept: (text: string) => string | undefined,
): string | undefined {
  if (typeof schema['pattern'] === 'string') return wordThatFits(facts.text, accept)
  if (typeof schema['format'] === 'string') return undefined
  const quoted = facts.take(['quoted'], ({ value }) => accept(value))
  if (quoted !== undefined || wordsOf(name).some((word) => WANTS_TEXT.has(word))) return quoted
  return facts.take(['name', 'opening'], ({ value }) => accept(value))
}

const MOST_WORDS = 200
const LOOKED_AT = 2_000

/** Patterns are mostly about one word: a code, a number, an identifier. */
function wordThatFits(
  text: string,
  accept: (word: string) => string | undefined,
): string | undefined {
  const words =
    text
      .slice(0, LOOKED_AT)
      .match(/[\p{L}\p{N}#@/][^\s"'“”`,;!?()]{0,60}[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? []
  return words.slice(0, MOST_WORDS).find((word) => accept(word) !== undefined)
}

function* invented(schema: SchemaObject, { name, facts, scope }: Wish): Generator<unknown> {
  const { default: usual, examples, format, pattern } = schema
  const length = lengthOf(schema)
  yield usual
  if (Array.isArray(examples)) yield* examples
  yield formatOf(format)?.sample
  const parsed = typeof pattern === 'string' ? patternOf(pattern, scope) : undefined
  if (parsed) yield exampleOf(parsed, length, scope.patternBudget)
  yield clip(facts.text.trim(), Math.min(length.max, LONGEST_PASSAGE))
  yield* fillers(name || 'text', length)
}

const LONGEST_PASSAGE = 1_000
const LETTERS_A_STEP = 50
const LONGEST = 10_000

function lengthOf(schema: SchemaObject): Length {
  return {
    min: Math.min(limitOf(schema['minLength'], 0), LONGEST),
    max: limitOf(schema['maxLength'], Number.POSITIVE_INFINITY),
  }
}

const TRIED_FILLERS = 60

/** The property's own name, then with a number, each long enough. */
function* fillers(word: string, { min, max }: Length): Generator<string> {
  for (let number = 1; number <= TRIED_FILLERS; number += 1) {
    const text = number === 1 ? word : `${word}-${number}`
    const short = Math.max(0, min - [...text].length)
    const fitting = text + ' example'.repeat(Math.ceil(short / 8)).slice(0, short)
    yield [...fitting].length > max ? String(number).slice(0, Math.max(max, 0)) : fitting
  }
}

/** Cut at the last word that fits. */
function clip(text: string, most: number): string {
  const letters = [...text]
  if (letters.length <= most) return text
  const cut = letters.slice(0, Math.max(most, 0)).join('')
  const space = cut.lastIndexOf(' ')
  return space > most / 2 ? cut.slice(0, space) : cut
}
