import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import type { GatewayError } from '../../../app/errors.ts'
import type { Transport, UpstreamRequest } from '../../../app/ports/transport.ts'
import { createDynamo } from '../../../app/providers/aws/dynamodb/call.ts'
import { createStateTable } from '../../../app/providers/aws/dynamodb/create-table.ts'
import { createDynamoStateStore } from '../../../app/providers/aws/dynamodb/state-store.ts'
import { createState } from '../../../app/providers/state.ts'
import { stateStoreContract } from '../../contracts/state-store.ts'
import {
  dynamoEnv,
  dynamoOptions,
  type FakeDynamo,
  openDynamo,
  openTable,
} from '../../fakes/dynamodb.ts'
import { stagedRuntime } from '../../http/stage.ts'

let dynamo: FakeDynamo
let tables = 0
beforeAll(async () => {
  dynamo = await openDynamo()
})
afterAll(() => dynamo.close())

const open = async () => {
  const { options } = await openTable(dynamo.url, `table-${tables++}`)
  let time = 1_700_000_000_000
  const now = () => time
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  return { store: createDynamoStateStore(options, now), now, pass }
}

stateStoreContract('DynamoDB', open)

describe('the table', () => {
  it('is left as it is where it is there', async () => {
    const options = dynamoOptions(dynamoEnv(dynamo.url, 'twice'))
    const make = () => createStateTable(createDynamo(options), 'twice')
    expect([await make(), await make()]).toEqual(['made', 'found'])
  })

  it('lists more than DynamoDB gives in a page, and skips what has expired', async () => {
    const { store, pass, now } = await open()
    const value = 'x'.repeat(100_000)
    const ids = Array.from({ length: 25 }, (_, at) => `item-${String(at).padStart(2, '0')}`)
    for (const id of ids) {
      const isShort = Number(id.slice(-2)) % 2 === 1
      await store.put('pages', { id, value }, isShort ? { expiresAt: now() + 1000 } : {})
    }
    const listed = async (options = {}) =>
      (await store.list('pages', options)).map((item) => item.id)
    expect(await listed()).toEqual(ids)
    pass(1001)
    const even = ids.filter((_, at) => at % 2 === 0)
    expect(await listed()).toEqual(even)
    expect(await listed({ limit: 5, after: 'item-03' })).toEqual(even.slice(2, 7))
    expect(await listed({ limit: 2, descending: true })).toEqual(even.toReversed().slice(0, 2))
    expect(await listed({ prefix: 'item-1', after: 'item-0' })).toEqual(even.slice(5, 10))
    expect(await listed({ prefix: 'item-1', after: 'item-2' })).toEqual([])
  }, 20_000)

  it('begins versions and counters anew when their time is over, and puts over counters', async () => {
    const { store, pass, now } = await open()
    await store.put('c', { id: 'a', value: '1' }, { expiresAt: now() + 10 })
    await store.put('c', { id: 'a', value: '2' }, { expiresAt: now() + 10 })
    pass(11)
    expect(await store.put('c', { id: 'a', value: '3' })).toBe(1)
    pass(1_000_000)
    expect(await store.get('c', 'a')).toEqual({ id: 'a', value: '3', version: 1 })
    expect(await store.add('c', { id: 'a', amount: 4 })).toBe(7)
    expect(await store.get('c', 'a')).toEqual({ id: 'a', value: '7', version: 2 })
    expect(await store.put('c', { id: 'a', value: 'text' })).toBe(3)
    expect(await store.get('c', 'a')).toEqual({ id: 'a', value: 'text', version: 3 })
  })

  it('lets a counter keep its own expiry', async () => {
    const { store, pass, now } = await open()
    await store.add('c', { id: 'a', amount: 1 }, now() + 100)
    await store.add('c', { id: 'a', amount: 1 }, now() + 10_000)
    await store.add('c', { id: 'b', amount: 1 })
    await store.add('c', { id: 'b', amount: 1 }, now() + 100)
    pass(101)
    expect(await store.get('c', 'a')).toBeUndefined()
    expect((await store.get('c', 'b'))?.value).toBe('2')
  })

  it('serves the whole app where the configuration names it', async () => {
    const { env } = await openTable(dynamo.url, 'of-the-app')
    const { options } = await openTable(dynamo.url, 'of-the-app')
    const { runtime } = stagedRuntime(env)
    const state = createState({
      config: readConfig(env),
      runtime: { ...runtime, transport: options.runtime.transport },
    })
    await state.put('things', { id: 'a', value: '1' })
    expect(await createDynamoStateStore(options).get('things', 'a')).toMatchObject({ value: '1' })
  })
})

describe('a table in trouble', () => {
  const failing = (...answers: { status: number; type: string }[]) => {
    const asked: UpstreamRequest[] = []
    const transport: Transport = {
      async send(request) {
        asked.push(request)
        const { status, type } = answers[Math.min(asked.length, answers.length) - 1]!
        const text = status === 200 ? '{}' : JSON.stringify({ __type: `com.amazonaws#${type}` })
        return {
          status,
          header: () => undefined,
          body: { read: async () => undefined, cancel: () => {} },
          text: async () => text,
        }
      },
    }
    const { config, runtime } = dynamoOptions(dynamoEnv('http://nowhere', 'trouble'))
    return { store: createDynamoStateStore({ config, runtime: { ...runtime, transport } }), asked }
  }
  const throttled = { status: 400, type: 'ProvisionedThroughputExceededException' }
  const broken = { status: 500, type: 'InternalServerError' }
  const fault = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      ({ code, retryAfter }: GatewayError) => ({ code, retryAfter }),
    )

  it.each([
    'ProvisionedThroughputExceededException',
    'ReplicatedWriteConflictException',
    'TransactionConflictException',
  ])('is asked again after %s, for then nothing was done', async (type) => {
    const refused = { status: 400, type }
    const { store, asked } = failing(refused, refused, { status: 200, type: '' })
    expect(await store.put('c', { id: 'a', value: '1' }, { ifVersion: 0 })).toBe(1)
    expect(asked).toHaveLength(3)
  })

  it('is said to be overloaded when it stays throttled', async () => {
    const { store, asked } = failing(throttled)
    expect(await fault(store.put('c', { id: 'a', value: '1' }))).toEqual({
      code: 'overloaded',
      retryAfter: 1,
    })
    expect(asked).toHaveLength(5)
  })

  it('is not asked to count twice when nobody knows whether it did', async () => {
    const { store, asked } = failing(broken)
    expect(await fault(store.add('c', { id: 'a', amount: 1 }))).toEqual({
      code: 'overloaded',
      retryAfter: 1,
    })
    expect(asked).toHaveLength(1)
    expect(await fault(store.get('c', 'a'))).toMatchObject({ code: 'overloaded' })
    expect(asked.length).toBeGreaterThan(2)
  })

  it('that is not there is not a matter of waiting', async () => {
    const { store } = failing({ status: 400, type: 'ResourceNotFoundException' })
    expect(await fault(store.get('c', 'a'))).toEqual({ code: 'upstream', retryAfter: undefined })
  })
})
