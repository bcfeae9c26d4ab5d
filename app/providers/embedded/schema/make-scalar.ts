import { plainWords, wordsOf } from '../words.ts'
import { fits } from './fits.ts'
import { isObject, type SchemaObject } from './schema.ts'
import type { Wish } from './wish.ts'

/** One of the allowed values: the one the text speaks of, else the default, else the first. */
export function makeEnum(schema: SchemaObject, wish: Wish): unknown {
  const allowed = (schema['enum'] as unknown[]).filter((value) => fits(value, schema, wish.scope))
  const spoken = allowed
    .map((value) => ({
      value,
      at: wish.facts.words.indexOf(` ${wordsOf(wordOf(value)).join(' ')} `),
    }))
    .filter(({ at, value }) => at >= 0 && value !== '')
    .sort((one, other) => one.at - other.at)
  if (spoken[0]) return spoken[0].value
  if (wish.need !== 'required') return undefined
  if (allowed.includes(schema['default'])) return schema['default']
  return allowed.find((value) => value !== null) ?? allowed[0]
}

/** A text may speak of a plain value only. */
const wordOf = (value: unknown) => (isObject(value) || Array.isArray(value) ? '' : String(value))

/** True when the text speaks of the property, false when it does so after `no` or `without`. */
export function makeBoolean(schema: SchemaObject, wish: Wish): unknown {
  const text = wish.facts.plainWords
  const name = plainWords(wish.name).filter(
    (word) => !/^(is|has|include|use|enable|should)$/.test(word),
  )
  const phrase = ` ${name.join(' ')} `
  const at = name.length > 0 ? text.indexOf(phrase) : -1
  const spoken = at < 0 ? undefined : !isDenied(text.slice(0, at), text.slice(at + phrase.length))
  const candidates = [spoken, ...(wish.need === 'required' ? made(schema, [false, true]) : [])]
  return candidates.find((value) => value !== undefined && fits(value, schema, wish.scope))
}

function isDenied(before: string, after: string): boolean {
  return / (no|not|without|non|don t|disable)$/.test(before) || /^(false|off|0) /.test(after)
}

/** A number of the text, else the default, else one the bounds allow. */
export function makeNumber(schema: SchemaObject, { name, need, scope, facts }: Wish): unknown {
  const accept = (value: unknown) =>
    typeof value === 'number' && fits(value, schema, scope) ? value : undefined
  const read = (fact: { kind: string; value: string }) =>
    fact.kind === 'number' ? accept(Number(fact.value)) : undefined

  const named = facts.takeNamed(name, read)
  if (named !== undefined || need === 'named') return named
  const found = facts.take(['number'], read)
  if (found !== undefined || need === 'found') return found
  return made(schema, plausible(schema)).find((value) => accept(value) !== undefined)
}

function made(schema: SchemaObject, values: unknown[]): unknown[] {
  const examples = Array.isArray(schema['examples']) ? schema['examples'] : []
  return [schema['default'], ...examples, ...values]
}

const TRIED_INTEGERS = 60

/** Numbers that may keep the bounds: simple ones, those near each bound, and between the two. */
function plausible(schema: SchemaObject): number[] {
  const bounds = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum']
    .map((keyword) => schema[keyword])
    .filter((bound) => typeof bound === 'number')
  const step = typeof schema['multipleOf'] === 'number' ? schema['multipleOf'] : 1
  const near = bounds.flatMap((bound) => [
    bound,
    ...[0, 1, -1].map((more) => (Math.round(bound / step) + more) * step),
  ])
  const middle = bounds.length > 1 ? [(Math.min(...bounds) + Math.max(...bounds)) / 2] : []
  const lowest = Math.ceil((bounds[0] ?? 0) / step)
  // Values already used up (`not: { enum }`) make it go on from the lowest.
  const following = Array.from({ length: TRIED_INTEGERS }, (_, at) => (lowest + at) * step)
  return [1, 0, ...near, ...middle, ...following]
}
