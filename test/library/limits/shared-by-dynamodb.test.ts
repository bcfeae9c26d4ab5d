import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { createLimiter } from '../../../app/library/limits/limiter.ts'
import type { CallerIdentity } from '../../../app/ports/caller.ts'
import { createDynamoStateStore } from '../../../app/providers/aws/dynamodb/state-store.ts'
import { type FakeDynamo, openDynamo, openTable } from '../../fakes/dynamodb.ts'
import { stagedRuntime } from '../../http/stage.ts'

let dynamo: FakeDynamo
beforeAll(async () => {
  dynamo = await openDynamo()
})
afterAll(() => dynamo.close())

const caller: CallerIdentity = { owner: 'key.a', keyId: 'a' }

describe('instances that share a limit through DynamoDB', () => {
  it('let in between 6,000 and one lease more each in a minute of 300 requests a second', async () => {
    const { options } = await openTable(dynamo.url, 'limits')
    let time = 1_700_000_000_000
    const now = () => time
    const open = () =>
      createLimiter({
        state: createDynamoStateStore(options, now),
        defaults: { requestsPerMinute: 6000, concurrent: 10 },
        now,
      })
    const limiters = [open(), open()]
    const admitted: number[] = []
    for (let n = 0; n < 36_000; n++) {
      time = 1_700_000_000_000 + Math.floor((n * 1000) / 300)
      try {
        const ticket = await limiters[n % 2]!.enter(caller)
        ticket!.leave(0)
        admitted.push(time)
      } catch {
        // Refused, as two of three are.
      }
    }
    const within = (from: number) =>
      admitted.filter((at) => at >= from && at < from + 60_000).length
    const starts = Array.from({ length: 61 }, (_, second) => 1_700_000_000_000 + second * 1000)
    const counts = starts.map(within)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(6000)
    expect(Math.max(...counts)).toBeLessThanOrEqual(6000 + 2 * (6000 / 20))
  }, 60_000)

  it('do so as whole apps', async () => {
    const { env, options } = await openTable(dynamo.url, 'apps')
    const { transport, digest } = options.runtime
    const apps = [0, 1].map(() => {
      const { runtime } = stagedRuntime({
        ...env,
        PROVIDER: 'embedded',
        EMBEDDED_TOKENS_PER_SECOND: '0',
        RATE_LIMIT: 'on',
        RATE_LIMIT_REQUESTS_PER_MINUTE: '30',
        RATE_LIMIT_CONCURRENT: '0',
      })
      return createApp({ ...runtime, transport, digest })
    })
    const ask = async (n: number) => {
      const answer = await apps[n % 2]!.request('/v1/models')
      await answer.text()
      return answer.status
    }
    const statuses = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)))
    const let_in = statuses.filter((status) => status === 200).length
    expect(let_in).toBe(30)
    expect(statuses.filter((status) => status === 429)).toHaveLength(70)
    await Promise.all(apps.map((app) => app.flush()))
  })

  it('open no door when the table is gone: who needs a new lease gets 503', async () => {
    const own = await openDynamo()
    const { env, options } = await openTable(own.url, 'gone')
    const { runtime } = stagedRuntime({
      ...env,
      PROVIDER: 'embedded',
      RATE_LIMIT: 'on',
      RATE_LIMIT_REQUESTS_PER_MINUTE: '6000',
      RATE_LIMIT_CONCURRENT: '0',
    })
    const { transport, digest } = options.runtime
    const app = createApp({ ...runtime, transport, digest })
    const ask = () => app.request('/v1/mappings')
    for (let n = 0; n < 60; n++) expect((await ask()).status).toBe(200)
    own.close()
    const answers: Response[] = []
    while (answers.at(-1)?.status !== 503 && answers.length < 1000) answers.push(await ask())
    // What was held when the table went is used up first.
    expect(answers.length).toBeGreaterThan(20)
    expect(answers.length).toBeLessThan(302)
    expect(answers.at(-1)!.headers.get('retry-after')).toBe('1')
    expect(await answers.at(-1)!.json()).toMatchObject({ error: { type: 'server_error' } })
    const fresh = createApp({ ...runtime, transport, digest })
    expect((await fresh.request('/v1/mappings')).status).toBe(503)
  })
})
