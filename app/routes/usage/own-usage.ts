import { createRoute, z } from '@hono/zod-openapi'
import { seesAllUsage, usageStore } from '../../http/access/usage-access.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { BEGAN, quantile, TOOK } from '../../library/usage/durations.ts'
import { addSums, type Measure, noSums, type Sums } from '../../library/usage/measures.ts'
import {
  type Bucket,
  type Group,
  type Line,
  reportUsage,
} from '../../library/usage/usage-report.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import {
  invalid,
  nowIn,
  several,
  severalIn,
  timeIn,
  WIDTH_WORDS,
  WIDTHS,
  type Width,
  wordsIn,
} from './query.ts'

/** The caller's words for what usage is told apart by. */
const GROUP_WORDS = {
  api_key_id: 'key',
  tenant: 'tenant',
  model: 'model',
  operation: 'operation',
  region: 'region',
  service_tier: 'tier',
} as const satisfies Record<string, Group>

type GroupWord = keyof typeof GROUP_WORDS
const WORDS = Object.keys(GROUP_WORDS) as GroupWord[]

/** The words by which lists are filtered. */
const FILTERS: Record<Group, string> = {
  key: 'api_key_ids',
  tenant: 'tenants',
  model: 'models',
  operation: 'operations',
  region: 'regions',
  tier: 'service_tiers',
}

const DAY = 86_400
/** Days a report may span, by its width. */
const MOST_DAYS: Record<Width, number> = { '1m': 1, '1h': 31, '1d': 400 }
const USUAL_DAYS: Record<Width, number> = { '1m': 1, '1h': 7, '1d': 30 }

const amount = z.int().min(0)
const sums = {
  requests: amount,
  failed_requests: amount,
  aborted_requests: amount.describe('Their callers left before the end.'),
  estimated_requests: amount.describe('What they cost is an estimate.'),
  input_tokens: amount.describe('Those of the cache included.'),
  output_tokens: amount,
  total_tokens: amount,
  cached_tokens: amount,
  cache_write_tokens: amount,
  reasoning_tokens: amount,
  images: amount,
  audio_seconds: z.number(),
  characters: amount,
  searches: amount,
  cost: z.number().describe('US dollars, without what has no known price.'),
  unpriced_requests: amount,
  mean_milliseconds: z.number().nullable(),
  mean_first_token_milliseconds: z.number().nullable().describe('Of streams.'),
  p50_milliseconds: z.number().nullable().describe('About, and of answers that came to their end.'),
  p95_milliseconds: z.number().nullable(),
  p50_first_token_milliseconds: z.number().nullable(),
  p95_first_token_milliseconds: z.number().nullable(),
}

const groups = {
  api_key_id: z.string().optional(),
  tenant: z.string().nullable().optional(),
  model: z.string().optional(),
  operation: z.string().optional(),
  region: z.string().nullable().optional(),
  service_tier: z.string().nullable().optional(),
}

const usageLine = z
  .object({
    start_time: z.int().describe('Unix seconds.'),
    end_time: z.int(),
    ...groups,
    ...sums,
  })
  .openapi('UsageLine')

const usageReport = z
  .object({
    object: z.literal('usage'),
    start_time: z.int(),
    end_time: z.int(),
    bucket_width: z.enum(['1m', '1h', '1d']),
    group_by: z.array(z.enum(WORDS)),
    currency: z.literal('usd'),
    data: z.array(usageLine),
    groups: z
      .array(z.object({ ...groups, ...sums }).openapi('UsageGroup'))
      .describe('Each group over all of the time, the most requests first.'),
    total: z.object(sums),
  })
  .openapi('UsageReport')

const contract = createRoute({
  method: 'get',
  path: '/v1/usage',
  operationId: 'get_usage',
  summary: 'Get usage by key, model and day',
  description:
    'A key sees what it used itself, an admin what everybody used. Minutes are known for three days, hours and days for USAGE_DAYS.',
  tags: ['Usage'],
  request: {
    query: z.object({
      start_time: z
        .string()
        .optional()
        .describe(
          'Unix seconds or a date. Default: 30 days before `end_time`, 7 for `1h`, one for `1m`.',
        ),
      end_time: z.string().optional().describe('Unix seconds or a date. Default: now.'),
      bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
      group_by: several(`Any of ${WORDS.join(', ')}. Default: api_key_id and model.`),
      api_key_ids: several('Only of these keys.'),
      tenants: several('Only of these tenants.'),
      models: several('Only of these models.'),
      operations: several('Only of these: chat, completion, embedding, image and so on.'),
      regions: several('Only of these regions.'),
      service_tiers: several('Only of these service tiers.'),
    }),
  },
  responses: {
    200: jsonAnswer(
      'Lines in the order of time. Stretches in which nothing was used have none.',
      usageReport,
    ),
    ...errorResponses(400, 401, 403, 429, 500, 502, 503),
  },
})

export const getUsage = endpoint(
  contract,
  async (c) => {
    const { width, from, to } = rangeIn(c)
    const words = wordsIn(c, 'group_by', WORDS) ?? ['api_key_id', 'model']
    const buckets = await reportUsage(await usageStore(c), {
      from,
      to,
      width: WIDTHS[width],
      groupBy: words.map((word) => GROUP_WORDS[word]),
      keyId: seesAllUsage(c) ? undefined : c.get('caller').keyId,
      only: Object.fromEntries(
        Object.entries(FILTERS).flatMap(([group, name]) => {
          const values = severalIn(c, name)
          return values ? [[group, values]] : []
        }),
      ),
    })
    return reply(
      c,
      JSON.stringify({
        object: 'usage',
        start_time: from,
        end_time: to,
        bucket_width: width,
        group_by: words,
        currency: 'usd',
        data: buckets.flatMap((bucket) => bucket.lines.map((line) => lineOf(bucket, line, words))),
        groups: groupsOf(buckets).map(({ by, sums }) => ({
          ...groupNames(by, words),
          ...toldSums(sums),
        })),
        total: toldSums(totalOf(buckets)),
      }),
    )
  },
  { readsItself: true },
)

function rangeIn(c: HttpContext): { width: Width; from: number; to: number } {
  const width = wordsIn(c, 'bucket_width', WIDTH_WORDS)?.[0] ?? '1d'
  const to = timeIn(c, 'end_time') ?? nowIn(c) + 1
  const from = timeIn(c, 'start_time') ?? Math.max(0, to - USUAL_DAYS[width] * DAY)
  if (from >= to) throw invalid('start_time', 'is not before end_time.')
  if (to - from > MOST_DAYS[width] * DAY) {
    throw invalid('start_time', `more than ${MOST_DAYS[width]} days before end_time.`)
  }
  return { width, from, to }
}

function lineOf({ from, to }: Bucket, { by, sums }: Line, words: readonly GroupWord[]) {
  return { start_time: from, end_time: to, ...groupNames(by, words), ...toldSums(sums) }
}

const groupNames = (by: Line['by'], words: readonly GroupWord[]): Record<string, string | null> =>
  Object.fromEntries(words.map((word) => [word, by[GROUP_WORDS[word]] || null]))

function groupsOf(buckets: readonly Bucket[]): Line[] {
  const groups = new Map<string, Line>()
  for (const { by, sums } of buckets.flatMap(({ lines }) => lines)) {
    const name = JSON.stringify(by)
    const group = groups.get(name) ?? { by, sums: noSums() }
    addSums(group.sums, sums)
    groups.set(name, group)
  }
  return [...groups.values()].sort((a, b) => b.sums.requests - a.sums.requests)
}

function totalOf(buckets: readonly Bucket[]): Sums {
  const total = noSums()
  for (const { lines } of buckets) for (const { sums } of lines) addSums(total, sums)
  return total
}

function toldSums(of: Sums): z.infer<z.ZodObject<typeof sums>> {
  const input = of.input + of.cacheRead + of.cacheWrite
  return {
    requests: of.requests,
    failed_requests: of.errors,
    aborted_requests: of.aborted,
    estimated_requests: of.estimated,
    input_tokens: input,
    output_tokens: of.output,
    total_tokens: input + of.output,
    cached_tokens: of.cacheRead,
    cache_write_tokens: of.cacheWrite,
    reasoning_tokens: of.reasoning,
    images: of.images,
    audio_seconds: of.audioSeconds,
    characters: of.characters,
    searches: of.searches,
    cost: Math.round(of.cost * 1e9) / 1e9,
    unpriced_requests: of.unpriced,
    mean_milliseconds: mean(of.milliseconds, of.requests),
    mean_first_token_milliseconds: mean(of.firstTokenMilliseconds, of.streams),
    p50_milliseconds: quantileOf(of, TOOK, 0.5),
    p95_milliseconds: quantileOf(of, TOOK, 0.95),
    p50_first_token_milliseconds: quantileOf(of, BEGAN, 0.5),
    p95_first_token_milliseconds: quantileOf(of, BEGAN, 0.95),
  }
}

const quantileOf = (of: Sums, classes: readonly Measure[], share: number) =>
  quantile(
    classes.map((one) => of[one]),
    share,
  )

const mean = (sum: number, of: number) => (of === 0 ? null : Math.round(sum / of))
