import { refusedValue } from '../../../image-requests.ts'
import type { OwnFields } from './painter.ts'

/** What a field of a model's own may hold. */
type Kind =
  | { text: number }
  | { number: readonly [least: number, most: number] }
  | { integer: readonly [least: number, most: number] }
  | { word: readonly string[] }

/** Field of the body -> what it may hold, and other names callers have for it. */
export type Fields = Readonly<Record<string, Kind & { also?: readonly string[] }>>

/** The fields a caller has set, by the model's names. Throws 400 naming the field and what it may hold. */
export function readFields(own: OwnFields, fields: Fields): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(fields)) {
    const taken = own.take(name, ...(kind.also ?? []))
    if (taken) found[name] = readValue(taken.name, taken.value, kind)
  }
  return found
}

function readValue(param: string, value: unknown, kind: Kind): unknown {
  if ('text' in kind) return readText(param, value, kind.text)
  if ('word' in kind) {
    if (kind.word.some((word) => word === value)) return value
    throw refusedValue(param, `${JSON.stringify(value)} is no value of it`, kind.word)
  }
  const isWhole = 'integer' in kind
  const [least, most] = isWhole ? kind.integer : kind.number
  // A form carries numbers as texts.
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  const fits = typeof number === 'number' && number >= least && number <= most
  if (fits && (!isWhole || Number.isInteger(number))) return number
  const words = isWhole ? 'whole numbers' : 'numbers'
  throw refusedValue(
    param,
    `${JSON.stringify(value)} is no value of it`,
    `${words} from ${least} to ${most}`,
  )
}

function readText(param: string, value: unknown, longest: number): string {
  // What a form brought may have looked like a number.
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text === 'string' && text !== '' && text.length <= longest) return text
  throw refusedValue(param, 'it is not what the model takes', `texts of 1 to ${longest} characters`)
}
