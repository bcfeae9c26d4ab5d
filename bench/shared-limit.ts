/**
 * `node bench/shared-limit.ts [seconds]`: two servers share a limit of 6,000 requests a minute through
 * DynamoDB (dynalite) and are asked 300 times a second for a minute, in turns. Tells how many were let in.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { openDynamo, openTable } from '../test/fakes/dynamodb.ts'
import { launch } from '../test/runtimes/platform.ts'
import { node } from '../test/runtimes/platforms.ts'

const LIMIT = 6000
const RATE = 300
const INSTANCES = 2
const SECONDS = Number(process.argv[2] ?? 60)
const KEY = 'sk-shared-limit-0123456789'

const dynamo = await openDynamo()
const { env } = await openTable(dynamo.url, 'shared-limit')
const servers = await Promise.all(
  Array.from({ length: INSTANCES }, () =>
    launch(node, {
      ...env,
      PROVIDER: 'embedded',
      LOG_LEVEL: 'silent',
      API_KEY: KEY,
      RATE_LIMIT: 'on',
      RATE_LIMIT_REQUESTS_PER_MINUTE: String(LIMIT),
      RATE_LIMIT_CONCURRENT: '0',
    }),
  ),
)

const statuses = new Map<number, number>()
const times: number[] = []
const admitted: number[] = []

async function ask(n: number): Promise<void> {
  const began = performance.now()
  const headers = { authorization: `Bearer ${KEY}` }
  const { status, body } = await fetch(`${servers[n % INSTANCES]!.url}/v1/mappings`, { headers })
  times.push(performance.now() - began)
  await body?.cancel()
  if (status === 200) admitted.push(began)
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
}

const asked: Promise<void>[] = []
const began = performance.now()
while (performance.now() - began < SECONDS * 1000) {
  const due = Math.floor(((performance.now() - began) / 1000) * RATE)
  while (asked.length < due) asked.push(ask(asked.length))
  await sleep(3)
}
await Promise.all(asked)

const first = Math.min(...admitted)
const inMinute = admitted.filter((at) => at < first + 60_000).length
const sorted = times.toSorted((a, b) => a - b)
const at = (part: number) => sorted[Math.floor(sorted.length * part)]!.toFixed(1)
console.log(
  `asked ${asked.length} in ${SECONDS} s: ${JSON.stringify(Object.fromEntries(statuses))}`,
)
console.log(
  `let in within a minute of the first: ${inMinute}; allowed: ${LIMIT} to ${LIMIT + (INSTANCES * LIMIT) / 20}`,
)
console.log(`milliseconds of an answer: median ${at(0.5)}, 99 % ${at(0.99)}, most ${at(0.9999)}`)
await Promise.all(servers.map((server) => server.end()))
dynamo.close()
