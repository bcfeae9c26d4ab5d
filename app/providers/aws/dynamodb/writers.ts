import { GatewayError } from '../../../errors.ts'
import type { PutOptions, StateStore } from '../../../ports/state-store.ts'
import type { Table } from './items.ts'
import { expiryOf, getRow, keyOf, namesIn, number, type Row, text } from './items.ts'

const ALIVE = '(attribute_not_exists(#expires) OR #expires > :now)'
const GONE = '(attribute_not_exists(#version) OR #expires <= :now)'
const EXPIRED = '#expires <= :now'

/** How often a write is begun anew that others came between. */
const TRIES = 8

type Values = Record<string, { S: string } | { N: string }>

/** What is written where `condition` holds. */
interface Writing {
  collection: string
  id: string
  condition: string
  values?: Values
}

/** The whole row anew. Tells whether it was written. */
async function write(
  { dynamo, name, now }: Table,
  { collection, id, row, condition, values }: Writing & { row: Partial<Row> },
): Promise<boolean> {
  const answer = await dynamo('PutItem', {
    TableName: name,
    Item: { ...keyOf(collection, id), ...row },
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(condition),
    ExpressionAttributeValues: { ...values, ':now': number(now()) },
  })
  return answer !== undefined
}

/**
 * Changes an item that may or may not be there. Gives the new attributes, or undefined where the condition did
 * not hold.
 */
async function update(
  { dynamo, name, now }: Table,
  { collection, id, change, condition, values }: Writing & { change: string },
): Promise<Partial<Row> | undefined> {
  const answer = await dynamo('UpdateItem', {
    TableName: name,
    Key: keyOf(collection, id),
    UpdateExpression: change,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(change, condition),
    ExpressionAttributeValues: { ...values, ':now': number(now()) },
    ReturnValues: 'UPDATED_NEW',
  })
  return answer && ((answer['Attributes'] ?? {}) as Partial<Row>)
}

type Item = Parameters<StateStore['put']>[1]

/** As the store's `put`: one call, unless something is there that has expired. */
export async function put(
  table: Table,
  collection: string,
  { id, value, ifVersion, expiresAt }: Item & PutOptions,
): Promise<number | undefined> {
  const rest = { value: text(value), ...expiryOf(expiresAt) }
  if (ifVersion === undefined) return overwrite(table, { collection, id, row: rest })
  const version = ifVersion + 1
  const isWritten = await write(table, {
    collection,
    id,
    row: { ...rest, version: number(version) },
    ...(ifVersion === 0
      ? { condition: GONE }
      : { condition: `#version = :is AND ${ALIVE}`, values: { ':is': number(ifVersion) } }),
  })
  return isWritten ? version : undefined
}

async function overwrite(
  table: Table,
  { collection, id, row }: { collection: string; id: string; row: Partial<Row> },
): Promise<number> {
  const { value, expires, ttl } = row
  const set = 'SET #value = :value, #version = if_not_exists(#version, :none) + :one'
  const isKept = !(expires && ttl)
  for (let left = TRIES; left > 0; left--) {
    const written = await update(table, {
      collection,
      id,
      change: isKept
        ? `${set} REMOVE #sum, #expires, #ttl`
        : `${set}, #expires = :expires, #ttl = :ttl REMOVE #sum`,
      condition: ALIVE,
      values: {
        ':value': value!,
        ':none': number(0),
        ':one': number(1),
        ...(!isKept && { ':expires': expires, ':ttl': ttl }),
      },
    })
    if (written) return Number(written.version!.N)
    // Something is there that has expired: versions begin anew.
    const first = { ...row, version: number(1) }
    if (await write(table, { collection, id, row: first, condition: EXPIRED })) return 1
  }
  throw crowded()
}

type Counter = Parameters<StateStore['add']>[1]

/** As the store's `add`: one call for a counter that is there, two for a new one. */
export async function add(
  table: Table,
  collection: string,
  { id, amount, expiresAt }: Counter & { expiresAt?: number },
): Promise<number> {
  const row = { sum: number(amount), version: number(1), ...expiryOf(expiresAt) }
  for (let left = TRIES; left > 0; left--) {
    const counted = await update(table, {
      collection,
      id,
      change: 'SET #version = #version + :one ADD #sum :amount',
      condition: `attribute_exists(#sum) AND ${ALIVE}`,
      values: { ':one': number(1), ':amount': number(amount) },
    })
    if (counted) return Number(counted.sum!.N)
    if (await write(table, { collection, id, row, condition: GONE })) return amount
    const sum = await addToValue(table, collection, { id, amount })
    if (sum !== undefined) return sum
  }
  throw crowded()
}

/** Counts on from a value that was put; undefined where there is none or others came between. */
async function addToValue(
  table: Table,
  collection: string,
  { id, amount }: Counter,
): Promise<number | undefined> {
  const { value, version, expires, ttl } = (await getRow(table, collection, id)) ?? {}
  if (!value || !version) return undefined
  const sum = Number(value.S) + amount
  const row = {
    sum: number(sum),
    version: number(Number(version.N) + 1),
    ...(expires && ttl && { expires, ttl }),
  }
  const condition = `#version = :is AND ${ALIVE}`
  const values = { ':is': version }
  return (await write(table, { collection, id, row, condition, values })) ? sum : undefined
}

const crowded = () =>
  new GatewayError('overloaded', 'Too many are writing the same thing. Retry the request.', {
    retryAfter: 1,
  })
