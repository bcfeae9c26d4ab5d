/**
 * `node bench/two-instances.ts`: two servers behind a balancer of plain TCP share DynamoDB (dynalite) and S3
 * (s3rver). Every request comes over a connection of its own, so that the two take turns: files, uploads in parts and
 * stored completions are made through one and read, listed and deleted through the other; a limit holds for both
 * together. Ends with 1 when anything is not as it should be.
 */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { openDynamo, openTable } from '../test/fakes/dynamodb.ts'
import { openS3Server } from '../test/fakes/s3-server.ts'
import { launch } from '../test/runtimes/platform.ts'
import { node } from '../test/runtimes/platforms.ts'
import { startBalancer } from './balancer.ts'

const KEY = 'sk-two-instances-0123456789'
const ROUNDS = 20
const LIMIT = 600

const dynamo = await openDynamo()
const s3 = await openS3Server()

/** Two servers and the balancer before them. */
async function openPair(table: string, env: Record<string, string> = {}) {
  const { env: shared } = await openTable(dynamo.url, table)
  const servers = await Promise.all(
    [1, 2].map(() =>
      launch(node, {
        ...shared,
        ...s3.env,
        // Both stand-ins take any key.
        PROVIDER: 'embedded',
        EMBEDDED_TOKENS_PER_SECOND: '0',
        LOG_LEVEL: 'silent',
        API_KEY: KEY,
        ...env,
      }),
    ),
  )
  const balancer = await startBalancer(servers.map(({ url }) => Number(new URL(url).port)))
  const baseURL = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}/v1`
  const openai = new OpenAI({
    baseURL,
    apiKey: KEY,
    maxRetries: 0,
    // One request to a connection: the next goes to the other server.
    defaultHeaders: { connection: 'close' },
  })
  const close = async () => {
    balancer.close()
    await Promise.all(servers.map((server) => server.end()))
  }
  return { openai, balancer, baseURL, close }
}

type Pair = Awaited<ReturnType<typeof openPair>>

const wrong: string[] = []
const check = (isWell: boolean, what: string) => {
  if (!isWell) wrong.push(what)
}

async function files({ openai }: Pair): Promise<void> {
  const content = randomBytes(200_000)
  const file = new File([content], 'shared.bin')
  const { id } = await openai.files.create({ file, purpose: 'user_data' })
  const back = Buffer.from(await (await openai.files.content(id)).arrayBuffer())
  check(content.equals(back), 'a file differs')
  const listed = (await openai.files.list()).data.some((one) => one.id === id)
  check(listed, 'a file is not listed')
  await openai.files.delete(id)
  const gone = await openai.files.retrieve(id).catch((error) => error.status)
  check(gone === 404, 'a deleted file is still there')
}

/** The two parts and the end go to the servers in turns. */
async function uploads({ openai }: Pair): Promise<void> {
  const pieces = [randomBytes(90_000), randomBytes(70_000)]
  const { id } = await openai.uploads.create({
    filename: 'parts.txt',
    purpose: 'batch',
    bytes: 160_000,
    mime_type: 'text/plain',
  })
  const parts: string[] = []
  for (const piece of pieces) {
    parts.push((await openai.uploads.parts.create(id, { data: new File([piece], 'p') })).id)
  }
  const { file } = await openai.uploads.complete(id, { part_ids: parts })
  const back = Buffer.from(await (await openai.files.content(file!.id)).arrayBuffer())
  check(Buffer.concat(pieces).equals(back), 'an upload in parts differs')
  await openai.files.delete(file!.id)
}

async function completions({ openai }: Pair): Promise<void> {
  const { id } = await openai.chat.completions.create({
    model: 'embedded-chat',
    messages: [{ role: 'user', content: 'Hi' }],
    store: true,
    metadata: { by: 'two-instances' },
  })
  for (const _ of [1, 2]) {
    const kept = await openai.chat.completions.retrieve(id)
    check(kept.id === id, 'a stored completion is another one')
  }
  await openai.chat.completions.update(id, { metadata: { by: 'the other' } })
  const changed: object = await openai.chat.completions.retrieve(id)
  check(JSON.stringify(changed).includes('the other'), 'a change is not seen')
  await openai.chat.completions.delete(id)
  const gone = await openai.chat.completions.retrieve(id).catch((error) => error.status)
  check(gone === 404, 'a deleted completion is still there')
}

/** Twice as many requests as may pass in a minute, as fast as they go. */
async function limits({ baseURL }: Pair): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {}
  const headers = { authorization: `Bearer ${KEY}`, connection: 'close' }
  const ask = async () => {
    const { status, body } = await fetch(`${baseURL}/mappings`, { headers })
    await body?.cancel()
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  const lane = async () => {
    for (let n = 0; n < (LIMIT * 2) / 10; n++) await ask()
  }
  await Promise.all(Array.from({ length: 10 }, lane))
  return statuses
}

const pair = await openPair('two-instances')
const began = performance.now()
for (let round = 0; round < ROUNDS; round++) {
  await files(pair)
  await uploads(pair)
  await completions(pair)
}
const seconds = ((performance.now() - began) / 1000).toFixed(1)
console.log(`${ROUNDS} rounds of files, uploads in parts and stored completions in ${seconds} s`)
console.log(`connections to each server: ${pair.balancer.counts.join(' and ')}`)
await pair.close()

const limited = await openPair('two-limits', {
  RATE_LIMIT: 'on',
  RATE_LIMIT_REQUESTS_PER_MINUTE: String(LIMIT),
  RATE_LIMIT_CONCURRENT: '0',
})
const limitBegan = performance.now()
const statuses = await limits(limited)
const limitSeconds = (performance.now() - limitBegan) / 1000
const passed = statuses[200] ?? 0
console.log(
  `a limit of ${LIMIT} a minute, ${LIMIT * 2} asked in ${limitSeconds.toFixed(1)} s over both: ${JSON.stringify(statuses)}`,
)
// What each may let pass before it hears of the other: docs/limits-and-usage.md.
const most = LIMIT * 1.1 + Math.max(0, limitSeconds - 60) * (LIMIT / 60)
check(passed >= LIMIT * 0.9 && passed <= most, `${passed} passed a limit of ${LIMIT}`)
await limited.close()

await s3.close()
dynamo.close()
console.log(wrong.length === 0 ? 'all was as it should be' : `wrong: ${JSON.stringify(wrong)}`)
process.exitCode = wrong.length === 0 ? 0 : 1
