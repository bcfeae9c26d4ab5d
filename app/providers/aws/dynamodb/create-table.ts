import { GatewayError } from '../../../errors.ts'
import { faultType } from './faults.ts'
import type { Dynamo } from './operation.ts'

/** Milliseconds between two looks at a table that is being made, and how many there are. */
const PAUSE = 1000
const LOOKS = 120

/** Makes the table of the state store, or leaves the one that is there; resolves when it can be used. */
export async function createStateTable(dynamo: Dynamo, table: string): Promise<'made' | 'found'> {
  const made = await unless('ResourceInUseException', async () => {
    await dynamo('CreateTable', {
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'collection', AttributeType: 'S' },
        { AttributeName: 'id', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'collection', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
    })
  })
  await untilActive(dynamo, table)
  // A table that has it already refuses; what stands in for DynamoDB in tests does not know it.
  await unless(/^(ValidationException|UnknownOperationException)$/, async () => {
    await dynamo('UpdateTimeToLive', {
      TableName: table,
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    })
  })
  return made ? 'made' : 'found'
}

async function untilActive(dynamo: Dynamo, table: string): Promise<void> {
  for (let left = LOOKS; left > 0; left--) {
    const answer = await dynamo('DescribeTable', { TableName: table })
    if ((answer?.['Table'] as { TableStatus?: string })?.TableStatus === 'ACTIVE') return
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
  throw new GatewayError('overloaded', `The table ${table} is still being made.`)
}

/** False where AWS refused for this reason. */
async function unless(type: string | RegExp, run: () => Promise<void>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (thrown) {
    if (new RegExp(type).test(faultType(thrown))) return false
    throw thrown
  }
}
