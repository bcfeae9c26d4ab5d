import type { ListOptions, StateItem } from '../../../ports/state-store.ts'
import type { Dynamo } from './operation.ts'

/** A table and when it is now, in Unix milliseconds: DynamoDB clears up what has expired days later. */
export interface Table {
  dynamo: Dynamo
  name: string
  now(): number
}

/**
 * How an item lies in the table. Counters have `sum` in place of `value`. `expires` is in milliseconds and
 * decides; `ttl` is the same in whole seconds, by which DynamoDB clears up, days later.
 */
export interface Row {
  collection: { S: string }
  id: { S: string }
  version: { N: string }
  value?: { S: string }
  sum?: { N: string }
  expires?: { N: string }
  ttl?: { N: string }
}

/** Names of attributes, some of which are words of DynamoDB's expressions. */
const NAMES = {
  '#value': 'value',
  '#sum': 'sum',
  '#version': 'version',
  '#expires': 'expires',
  '#ttl': 'ttl',
}

export const text = (S: string) => ({ S })
export const number = (amount: number) => ({ N: String(amount) })

export const keyOf = (collection: string, id: string) => ({
  collection: text(collection),
  id: text(id),
})

/** UTF-8 bytes of a sort key; DynamoDB refuses to be asked for a longer one, which a caller may have made up. */
const LONGEST_ID = 1024

/** Whether there can be anything under this id. */
export const canBeThere = (id: string): boolean => shortened(id) === id

/** The id, or the longest beginning of it that sorts before and behind the same items. */
function shortened(id: string): string {
  if (id.length * 3 <= LONGEST_ID) return id
  const { read } = new TextEncoder().encodeInto(id, new Uint8Array(LONGEST_ID))
  return id.slice(0, read)
}

export function itemOf({ id, version, value, sum }: Row): StateItem {
  return {
    id: id.S,
    value: value?.S ?? String(Number(sum?.N ?? 0)),
    version: Number(version.N),
  }
}

export const isAlive = ({ expires }: Row, now: number) =>
  expires === undefined || Number(expires.N) > now

/** What is there now; every reader gets what the last writer wrote. */
export async function getRow(
  { dynamo, name, now }: Table,
  collection: string,
  id: string,
): Promise<Row | undefined> {
  if (!canBeThere(id)) return undefined
  const answer = await dynamo('GetItem', {
    TableName: name,
    Key: keyOf(collection, id),
    ConsistentRead: true,
  })
  const row = answer?.['Item'] as Row | undefined
  return row && isAlive(row, now()) ? row : undefined
}

/** The members by which a row ends; none for one that stays. */
export const expiryOf = (expiresAt: number | undefined) =>
  expiresAt === undefined
    ? {}
    : { expires: number(expiresAt), ttl: number(Math.ceil(expiresAt / 1000)) }

/** Only the names an expression uses may be told. */
export function namesIn(...expressions: (string | undefined)[]): Record<string, string> {
  const all = expressions.join(' ')
  return Object.fromEntries(
    Object.entries(NAMES).filter(([name]) => new RegExp(`${name}\\b`).test(all)),
  )
}

/** The highest code point, so that `prefix + LAST` bounds every id that begins with the prefix. */
const LAST = '\u{10FFFF}'

interface Range {
  condition: string
  values: Record<string, { S: string }>
}

/** The ids of a listing as one more condition on the key, `after` included; undefined when there can be none. */
export function rangeOf({ prefix, after: behind, descending }: ListOptions): Range | undefined {
  const after = behind === undefined ? undefined : shortened(behind)
  const bounded = prefix ? prefix + LAST : undefined
  const low = descending ? prefix || undefined : highest(prefix || undefined, after)
  const high = descending ? lowest(bounded, after) : bounded
  if (low !== undefined && high !== undefined) {
    if (low > high) return undefined
    return {
      condition: ' AND id BETWEEN :low AND :high',
      values: { ':low': text(low), ':high': text(high) },
    }
  }
  if (low !== undefined) return { condition: ' AND id >= :low', values: { ':low': text(low) } }
  if (high !== undefined) return { condition: ' AND id <= :high', values: { ':high': text(high) } }
  return { condition: '', values: {} }
}

const highest = (one: string | undefined, other: string | undefined) =>
  one === undefined || (other !== undefined && other > one) ? other : one
const lowest = (one: string | undefined, other: string | undefined) =>
  one === undefined || (other !== undefined && other < one) ? other : one
