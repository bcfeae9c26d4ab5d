import type { StateStore } from '../../../ports/state-store.ts'
import { createDynamo, type DynamoOptions } from './call.ts'
import {
  canBeThere,
  getRow,
  isAlive,
  itemOf,
  keyOf,
  namesIn,
  number,
  type Row,
  rangeOf,
  type Table,
  text,
} from './items.ts'
import { createTableClock } from './table-clock.ts'
import { add, put } from './writers.ts'

/** Rows that one page of a listing looks through beyond those asked for: some may have expired. */
const SPARE = 8

/** State in one table of DynamoDB, which any number of servers may share. `now` in Unix milliseconds: its own clock's. */
export function createDynamoStateStore(options: DynamoOptions, now?: () => number): StateStore {
  const name = options.config.AWS_DYNAMODB_TABLE
  if (name === undefined) throw new Error('AWS_DYNAMODB_TABLE names no table.')
  const clock = createTableClock()
  const table: Table = { dynamo: createDynamo(options, clock), name, now: now ?? clock.now }
  return {
    now: table.now,
    async get(collection, id) {
      const row = await getRow(table, collection, id)
      return row && itemOf(row)
    },
    async delete(collection, id) {
      if (!canBeThere(id)) return false
      const answer = await table.dynamo('DeleteItem', {
        TableName: name,
        Key: keyOf(collection, id),
        ReturnValues: 'ALL_OLD',
      })
      const row = answer?.['Attributes'] as Row | undefined
      return row !== undefined && isAlive(row, table.now())
    },
    list: (collection, asked = {}) => listRows(table, collection, asked),
    put: (collection, item, asked) => put(table, collection, { ...item, ...asked }),
    add: (collection, counter, expiresAt) => add(table, collection, { ...counter, expiresAt }),
  }
}

type List = StateStore['list']

async function listRows(
  { dynamo, name, now }: Table,
  collection: string,
  asked: NonNullable<Parameters<List>[1]>,
): ReturnType<List> {
  const { after, limit = Number.POSITIVE_INFINITY, descending } = asked
  const range = rangeOf(asked)
  if (!range || limit <= 0) return []
  const filter = 'attribute_not_exists(#expires) OR #expires > :now'
  const found: Row[] = []
  let from: unknown
  do {
    const wanted = limit - found.length + SPARE
    const answer = await dynamo('Query', {
      TableName: name,
      ConsistentRead: true,
      ScanIndexForward: !descending,
      KeyConditionExpression: `#collection = :collection${range.condition}`,
      FilterExpression: filter,
      ExpressionAttributeNames: { '#collection': 'collection', ...namesIn(filter) },
      ExpressionAttributeValues: {
        ':collection': text(collection),
        ':now': number(now()),
        ...range.values,
      },
      ...(Number.isFinite(wanted) && { Limit: wanted }),
      ...(from !== undefined && { ExclusiveStartKey: from }),
    })
    // The bounds of a range count in DynamoDB, and what is behind an item does not hold it.
    const rows = (answer?.['Items'] ?? []) as Row[]
    found.push(...rows.filter(({ id }) => id.S !== after))
    from = answer?.['LastEvaluatedKey']
  } while (from !== undefined && found.length < limit)
  return found.slice(0, limit).map(itemOf)
}
