import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FakeDynamo, openDynamo, openTable } from '../fakes/dynamodb.ts'
import { launch, type Running } from './platform.ts'
import { workers } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite(workers)

const ADMIN = 'adm-0123456789abcdef0123'

describe('a Worker that reads something behind an answer', () => {
  let dynamo: FakeDynamo
  let gate: Awaited<ReturnType<typeof openGate>>
  let server: Running

  beforeAll(async () => {
    dynamo = await openDynamo()
    const { env } = await openTable(dynamo.url, 'outcrop')
    gate = await openGate(dynamo.url)
    server = await launch(workers, {
      ...env,
      AWS_ENDPOINT_URL_DYNAMODB: gate.url,
      PROVIDER: 'embedded',
      ADMIN_KEY: ADMIN,
      KEY_CACHE_SECONDS: '1',
      EMBEDDED_TOKENS_PER_SECOND: '20',
    })
  })
  afterAll(async () => {
    await server.end()
    gate.close()
    dynamo.close()
  })

  const ask = (path: string, key: string, body?: object) =>
    fetch(server.url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(5000),
      ...(body && { body: JSON.stringify(body) }),
    })

  it('ends it, so that nobody waits for it for ever', async () => {
    const made = await ask('/v1/admin/keys', ADMIN, { name: 'somebody' })
    const { key } = (await made.json()) as { key: string }
    const statuses = new Set<number>()
    const askAsLongAs = async (isSo: () => boolean) => {
      do {
        const answer = await ask('/v1/models', key)
        await answer.arrayBuffer()
        statuses.add(answer.status)
      } while (isSo())
    }
    gate.shut()
    // Its record is new here; once it is half as old as it may be, it is read behind an answer that goes out at once.
    await askAsLongAs(() => gate.held() === 0)
    gate.open()
    const { passed } = gate
    await askAsLongAs(() => gate.passed < passed + 3)
    expect([...statuses]).toEqual([200])
  }, 20_000)

  it('keeps what was said to a reader who left', async () => {
    const asked = { model: 'embedded-chat', input: 'Tell me '.repeat(200), stream: true }
    const answer = await ask('/v1/responses', ADMIN, asked)
    let said = ''
    for await (const words of answer.body!.pipeThrough(new TextDecoderStream())) {
      said += words
      if (said.includes('output_text.delta')) break
    }
    const [id] = /resp_[0-9a-f]+/.exec(said)!
    const kept = async () => (await ask(`/v1/responses/${id}`, ADMIN)).json()
    await vi.waitFor(async () => expect(await kept()).toMatchObject({ status: 'incomplete' }), 5000)
  }, 20_000)
})

/** DynamoDB behind a gate: while it is shut, what is asked for waits there. */
async function openGate(origin: string) {
  let waiting: (() => void)[] | undefined
  const server = createServer(async (asked, answer) => {
    const body = await buffer(asked)
    if (waiting) await new Promise<void>((resolve) => waiting?.push(resolve))
    const { method, headers } = asked
    const onward = request(origin, { method, headers }, (response) => {
      gate.passed += 1
      answer.writeHead(response.statusCode!, response.headers)
      response.pipe(answer)
    })
    onward.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: 0,
    held: () => waiting?.length ?? 0,
    shut() {
      waiting = []
    },
    open() {
      const all = waiting
      waiting = undefined
      for (const pass of all ?? []) pass()
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return gate
}
