import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportUsage } from '../../app/library/usage/usage-report.ts'
import { createDynamoStateStore } from '../../app/providers/aws/dynamodb/state-store.ts'
import { bundleLambda } from '../../deploy/bundle.ts'
import { type FakeDynamo, openDynamo, openTable } from '../fakes/dynamodb.ts'
import { launch, root } from './platform.ts'
import { bun, deno, lambdaIn, node, workers } from './platforms.ts'

const folder = join(root, '.outcrop', 'lambda-dynamodb-test')
const platforms = [node, bun, deno, lambdaIn(folder), workers]

let dynamo: FakeDynamo
beforeAll(async () => {
  await bundleLambda(folder)
  dynamo = await openDynamo()
}, 60_000)
afterAll(() => dynamo.close())

describe.each(platforms)('state in DynamoDB on $name', (platform) => {
  it('is kept, counted and shared', { timeout: 60_000 }, async () => {
    const { env, options } = await openTable(dynamo.url, `on-${platform.name}`)
    const state = createDynamoStateStore(options)
    const KEY = 'sk-state-0123456789'
    const server = await launch(platform, {
      ...env,
      PROVIDER: 'embedded',
      EMBEDDED_TOKENS_PER_SECOND: '0',
      API_KEY: KEY,
      RATE_LIMIT: 'on',
      RATE_LIMIT_REQUESTS_PER_MINUTE: '4',
      SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS: 'false',
    })
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
    const ask = async (stream: boolean) => {
      const messages = [{ role: 'user', content: 'Hi' }]
      const body = JSON.stringify({ model: 'm', messages, store: !stream, stream })
      const url = `${server.url}/v1/chat/completions`
      const answer = await fetch(url, { method: 'POST', headers, body })
      return { status: answer.status, text: await answer.text() }
    }
    const { id } = JSON.parse((await ask(false)).text)
    const kept = await fetch(`${server.url}/v1/chat/completions/${id}`, { headers })
    expect(await kept.json()).toMatchObject({ id })
    expect((await ask(true)).text).toContain('[DONE]')
    const statuses = [await ask(false), await ask(false)].map(({ status }) => status)
    expect(statuses).toEqual([200, 429])
    const counted = async () => {
      const now = Math.floor(Date.now() / 1000)
      const range = { from: now - 86_400, to: now + 86_400, width: 'day' } as const
      const buckets = await reportUsage(state, { ...range, groupBy: [] })
      return buckets
        .flatMap(({ lines }) => lines)
        .reduce((sum, line) => sum + line.sums.requests, 0)
    }
    await expect.poll(counted).toBe(3)
    await server.end()
  })
})
