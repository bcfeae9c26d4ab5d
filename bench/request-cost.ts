import { createAdaptorServer } from '@hono/node-server'
import { type App, createApp } from '../app/app.ts'
import type { Served } from '../app/ports/call.ts'
import type { ChatModel, ModelCard, Provider } from '../app/ports/models.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createDigest } from '../runtimes/digest.ts'
import { createLineLog } from '../runtimes/line-log.ts'

/**
 * What limits, metering, the log, metrics and traces cost a request, each alone and all together: CPU of the app in
 * process over a model that answers at once, against the app that does none of it. `node bench/request-cost.ts`.
 */
const LIMITS = {
  RATE_LIMIT: 'on',
  RATE_LIMIT_REQUESTS_PER_MINUTE: '100000000',
  RATE_LIMIT_TOKENS_PER_MINUTE: '100000000000',
  RATE_LIMIT_CONCURRENT: '1000000',
}
const BUDGET = { BUDGET_PER_DAY: '1000000', BUDGET_PER_MONTH: '10000000' }
const USAGE = { USAGE: 'on' }
const LOG = { LOG_LEVEL: 'info' }
const METRICS = { METRICS: 'admin' }
const TRACES = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

const VARIANTS: Record<string, Record<string, string>> = {
  nothing: {},
  'nothing, again': {},
  limits: LIMITS,
  budgets: BUDGET,
  usage: USAGE,
  log: LOG,
  metrics: METRICS,
  'all of these': { ...LIMITS, ...BUDGET, ...USAGE, ...LOG, ...METRICS },
  traces: TRACES,
}

const REQUESTS = 2000
const AT_ONCE = 20
const ROUNDS = Number(process.argv[2] ?? 15)

const usage = { input: 100, output: 20 }
const served: Served = {
  provider: 'staged',
  model: 'eu.amazon.nova-lite-v1:0',
  region: 'eu-west-3',
  attempts: 1,
  ignored: [],
}
const card: ModelCard = {
  id: 'amazon.nova-lite-v1:0',
  provider: 'staged',
  owner: 'nobody',
  created: 0,
  input: ['text'],
  output: ['text'],
  streaming: true,
  traits: {},
}
const chat: ChatModel = {
  reply: async () => ({
    reply: { parts: [{ type: 'text', text: 'Hello you.' }], end: { reason: 'end-turn', usage } },
    served,
  }),
  stream: () => Promise.reject(new Error('Nothing is streamed here.')),
}
const provider: Provider = {
  name: 'staged',
  list: async () => [card],
  find: (name) => (name === card.id ? { card, chat } : undefined),
}

const KEY = 'a-key-of-the-bench-0123456789'
const HEADERS: Record<string, string> = {
  'content-type': 'application/json',
  authorization: `Bearer ${KEY}`,
  'user-agent': 'bench/1',
}
const body = JSON.stringify({
  model: card.id,
  messages: [
    { role: 'system', content: 'You are helpful. '.repeat(10) },
    { role: 'user', content: 'Hi there. '.repeat(20) },
  ],
  max_tokens: 100,
})

function open(env: Record<string, string>): App {
  const off = { USAGE: 'off', METRICS: 'off', LOG_LEVEL: 'silent' }
  const runtime: Runtime = {
    name: 'bench',
    env: { STATE_DIR: 'memory', API_KEY: KEY, ...off, ...env },
    digest: createDigest(),
    // As Node's server has them.
    requestHeader: (_, name) => HEADERS[name],
    // A receiver that takes everything.
    transport: {
      send: async () => ({
        status: 200,
        header: () => undefined,
        body: { read: async () => undefined, cancel: () => {} },
        text: async () => '',
      }),
    },
    streamOut: () => new Response(),
    log: createLineLog((_, done) => done()),
  }
  return createApp(runtime, { providers: [provider] })
}

async function ask(app: App): Promise<void> {
  const init = { method: 'POST', headers: HEADERS, body }
  const request = new Request('http://bench/v1/chat/completions', init)
  const answer = await app.fetch(request)
  if (answer.status !== 200) throw new Error(await answer.text())
}

/** Microseconds of CPU a request. */
async function measure(app: App): Promise<number> {
  const before = process.cpuUsage()
  for (let done = 0; done < REQUESTS; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => ask(app)))
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

// From now on an answer is what Node's server writes, which never makes `Headers` of its headers.
createAdaptorServer({ fetch: () => new Response() })

const apps = Object.entries(VARIANTS).map(([name, env]) => ({ name, app: open(env) }))
const results = new Map(apps.map(({ name }) => [name, [] as number[]]))
for (const { app } of apps) await measure(app)
for (let round = 0; round < ROUNDS; round++) {
  // Whoever runs behind whom shall not matter.
  const turned = [...apps.slice(round % apps.length), ...apps.slice(0, round % apps.length)]
  for (const { name, app } of round % 2 ? turned.toReversed() : turned) {
    results.get(name)!.push(await measure(app))
  }
}
const base = results.get('nothing')!
for (const [name, values] of results) {
  const more = median(values.map((value, round) => value - base[round]!))
  const sign = more < 0 ? '' : '+'
  console.log(
    `${name.padEnd(16)}${median(values).toFixed(1).padStart(7)} us${sign.padStart(4)}${more.toFixed(1)}`,
  )
}
process.exit(0)
