import { BEGAN, classOf, TOOK } from '../../app/library/usage/durations.ts'
import { type Measure, noSums } from '../../app/library/usage/measures.ts'
import { type Grain, type Row, SECONDS, writePage } from '../../app/library/usage/pages.ts'
import type { StateStore } from '../../app/ports/state-store.ts'

/** Models, with their share of what is asked, how long they take, and what a request costs. */
const MODELS = [
  { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', share: 34, took: 5200, cost: 0.021 },
  { model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', share: 27, took: 1700, cost: 0.0041 },
  { model: 'amazon.nova-pro-v1:0', share: 14, took: 2300, cost: 0.0032 },
  { model: 'amazon.nova-lite-v1:0', share: 11, took: 900, cost: 0.0004 },
  { model: 'meta.llama3-3-70b-instruct-v1:0', share: 6, took: 2900, cost: 0.0021 },
  { model: 'mistral.mistral-large-2407-v1:0', share: 4, took: 3100, cost: 0.009 },
  { model: 'amazon.titan-embed-text-v2:0', share: 3, took: 120, cost: 0.00002 },
  { model: 'deepseek.r1-v1:0', share: 1, took: 9800, cost: 0.012 },
  {
    model: 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6',
    share: 1,
    took: 2600,
    cost: 0.004,
  },
]
const KEYS = [
  { keyId: 'checkout-service', tenant: 'shop', share: 5 },
  { keyId: 'support-bot', tenant: 'care', share: 3 },
  { keyId: 'a-developer-with-a-rather-long-name', share: 1 },
]
const REGIONS = [
  { region: 'us-east-1', share: 6, slower: 1 },
  { region: 'us-west-2', share: 3, slower: 1.15 },
  { region: 'eu-central-1', share: 1, slower: 1.5 },
]

/** Numbers that look like chance and are the same every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Writes down what a company might have used until `now`, in Unix seconds, as the usage book would have. */
export async function writeUsage(state: StateStore, now: number): Promise<void> {
  await writeGrain(state, { grain: 'hour', from: now - 62 * SECONDS.day, to: now, scale: 1 })
  await writeGrain(state, { grain: 'minute', from: now - 2 * SECONDS.hour, to: now, scale: 1 / 60 })
}

interface Stretch {
  grain: Grain
  from: number
  to: number
  scale: number
}

async function writeGrain(state: StateStore, { grain, from, to, scale }: Stretch): Promise<void> {
  const roll = dice(grain.length)
  const step = SECONDS[grain]
  for (let at = from - (from % step); at < to; at += step) {
    const lively = livelinessAt(at) * scale * (at + step > to ? (to - at) / step : 1)
    for (const { keyId, tenant, share } of KEYS) {
      const rows = rowsOf(lively * share, roll, at)
      const page = { holder: { keyId, name: keyId, tenant }, at, rows }
      await writePage(state, page, { grain, name: 'seeded', expiresAt: (to + 1e7) * 1000 })
    }
  }
}

/** People work by day and rest on Sundays. */
function livelinessAt(at: number): number {
  const date = new Date(at * 1000)
  const hour = date.getUTCHours() + date.getUTCMinutes() / 60
  const day = 0.25 + Math.max(0, Math.sin(((hour - 6) / 14) * Math.PI)) ** 1.5
  const week = [0.35, 1, 1.05, 1.1, 1.05, 0.95, 0.45][date.getUTCDay()]!
  return day * week * (0.9 + 0.2 * Math.sin(at / 7777))
}

function rowsOf(requests: number, roll: () => number, at: number): Row[] {
  return MODELS.flatMap((one) =>
    REGIONS.flatMap(({ region, share, slower }) => {
      const mean = (requests * one.share * share) / 10
      const count = Math.floor(mean + roll() * Math.max(1, mean * 0.3))
      return count === 0 ? [] : [rowOf(one, { region, slower, count, at }, roll)]
    }),
  )
}

interface Asked {
  region: string
  slower: number
  count: number
  at: number
}

function rowOf(
  { model, took, cost }: (typeof MODELS)[number],
  { region, slower, count, at }: Asked,
  roll: () => number,
): Row {
  const sums = noSums()
  const isTrouble = region === 'us-west-2' && Math.floor(at / 3600) % 19 === 4
  const add = (name: Measure, amount: number) => {
    sums[name] += amount
  }
  for (let request = 0; request < Math.min(count, 60); request++) {
    const weight = count > 60 ? count / 60 : 1
    add('requests', weight)
    if (roll() < (isTrouble ? 0.22 : 0.006)) {
      add('errors', weight)
      continue
    }
    if (roll() < 0.008) add('aborted', weight)
    const milliseconds = took * slower * (0.4 + 1.4 * roll() ** 2 + (roll() > 0.97 ? 3 : 0))
    add('milliseconds', milliseconds * weight)
    add(TOOK[classOf(milliseconds)]!, weight)
    add('streams', weight)
    add(BEGAN[classOf(milliseconds * 0.18)]!, weight)
    add('firstTokenMilliseconds', milliseconds * 0.18 * weight)
    const input = 300 + 4000 * roll()
    add('input', Math.round(input * weight))
    add('cacheRead', Math.round(input * 0.6 * weight))
    add('output', Math.round((60 + 500 * roll()) * weight))
    add('cost', cost * (0.5 + roll()) * weight)
  }
  for (const name of ['requests', 'errors', 'aborted', 'streams'] as const) {
    sums[name] = Math.round(sums[name])
  }
  for (const name of [...TOOK, ...BEGAN]) sums[name] = Math.round(sums[name])
  const operation = model.includes('embed') ? 'embedding' : 'chat'
  return { dimensions: { operation, model, region, tier: '' }, sums }
}
