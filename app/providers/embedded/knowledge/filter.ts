import { entryOf } from '../../../codecs/table.ts'

type Metadata = Readonly<Record<string, unknown>>
type Condition = Readonly<Record<string, unknown>>

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isText = (value: unknown): value is string => typeof value === 'string'

/** Both are numbers and fit. */
const compared =
  (fits: (one: number, other: number) => boolean) => (held: unknown, asked: unknown) =>
    isNumber(held) && isNumber(asked) && fits(held, asked)

/** By the names Bedrock has for them; a document without the attribute fits only what denies. */
const COMPARISONS: Readonly<Record<string, (held: unknown, asked: unknown) => boolean>> = {
  equals: (held, asked) => held === asked,
  notEquals: (held, asked) => held !== asked,
  greaterThan: compared((one, other) => one > other),
  greaterThanOrEquals: compared((one, other) => one >= other),
  lessThan: compared((one, other) => one < other),
  lessThanOrEquals: compared((one, other) => one <= other),
  in: (held, asked) => Array.isArray(asked) && asked.includes(held),
  notIn: (held, asked) => Array.isArray(asked) && !asked.includes(held),
  startsWith: (held, asked) => isText(held) && isText(asked) && held.startsWith(asked),
  stringContains: (held, asked) =>
    isText(asked) &&
    (Array.isArray(held)
      ? held.some((one) => isText(one) && one.includes(asked))
      : isText(held) && held.includes(asked)),
  listContains: (held, asked) => Array.isArray(held) && held.includes(asked),
}

/** Whether a document's metadata meets a condition that was checked before. */
export function meets(metadata: Metadata, condition: Condition): boolean {
  const [name, operand] = Object.entries(condition)[0] ?? []
  if (name === undefined) return true
  if (Array.isArray(operand)) {
    const inner = operand as Condition[]
    if (name === 'orAll') return inner.some((one) => meets(metadata, one))
    return inner.every((one) => meets(metadata, one))
  }
  const { key, value } = operand as { key: string; value: unknown }
  const held = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  return entryOf(COMPARISONS, name)?.(held, value) ?? false
}
