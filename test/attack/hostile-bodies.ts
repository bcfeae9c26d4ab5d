import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Operation, operations, resolved, type Schema } from '../fuzz/document.ts'
import { harvest, type Ids, pathTo } from '../fuzz/ids.ts'
import { faultsOf } from '../fuzz/judge.ts'
import { openStage, type Stage } from '../fuzz/stage.ts'

const ROUTES = operations
  .filter(({ body }) => body['application/json'])
  .map((operation) => [operation.name, operation] as const)

const LEVELS = 100_000
const nested = (open: string, close: string) => `${open.repeat(LEVELS)}1${close.repeat(LEVELS)}`

/** More values than any request has, in as few bytes as they take. */
const CROWD = `[${'{},'.repeat(400_000)}{}]`

describe('bodies made to exhaust the server', () => {
  let stage: Stage
  let ids: Ids
  beforeAll(async () => {
    stage = openStage('the embedded models')
    ids = await harvest(stage)
  })

  const ask = (operation: Operation, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    stage.ask(pathTo(operation, ids, 0), { method: operation.method, body, headers })

  it.each(ROUTES)('%s refuses a hundred thousand levels', async (_, operation) => {
    for (const deep of [nested('[', ']'), nested('{"a":', '}')]) {
      for (const body of [deep, `{"model":"embedded-chat","${listOf(operation)}":${deep}}`]) {
        expect(faultsOf(operation, await ask(operation, body))).toEqual([])
      }
    }
  })

  it.each(ROUTES)(
    '%s refuses four hundred thousand values without looking at each',
    async (_, operation) => {
      const outcome = await ask(
        operation,
        `{"model":"embedded-chat","${listOf(operation)}":${CROWD}}`,
      )
      expect(faultsOf(operation, outcome)).toEqual([])
      expect(outcome.status).toBe(413)
      expect(outcome.milliseconds).toBeLessThan(500)
    },
  )

  it.each(ROUTES)('%s unpacks nothing', async (_, operation) => {
    const bomb = Uint8Array.from(gzipSync(new Uint8Array(10_000_000)))
    const outcome = await ask(operation, bomb, { 'content-encoding': 'gzip' })
    expect(faultsOf(operation, outcome)).toEqual([])
    expect(outcome.status).toBeGreaterThanOrEqual(400)
  })
})

/** The first member of a body that may be a list. */
function listOf({ body }: Operation): string {
  const { properties = {} } = resolved(body['application/json']!.schema ?? {}) as {
    properties?: Record<string, Schema>
  }
  const lists = Object.entries(properties).filter(([, one]) =>
    JSON.stringify(one).includes('"array"'),
  )
  return lists[0]?.[0] ?? 'list'
}
