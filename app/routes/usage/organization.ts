import { createRoute, z } from '@hono/zod-openapi'
import { requireUsageOfAll, usageStore } from '../../http/access/usage-access.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { Endpoint } from '../../http/surface.ts'
import { SECONDS } from '../../library/usage/pages.ts'
import {
  floorTo,
  type Group,
  type Line,
  type ReportQuery,
  reportUsage,
} from '../../library/usage/usage-report.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { COSTS, KINDS, type Kind } from './organization-kinds.ts'
import {
  invalid,
  nowIn,
  numberIn,
  several,
  severalIn,
  timeIn,
  WIDTHS,
  type Width,
  wordsIn,
} from './query.ts'

/** Buckets a page holds unless asked otherwise, and at most (OpenAI's API reference). */
const PAGES: Record<Width, { fallback: number; most: number }> = {
  '1m': { fallback: 60, most: 1440 },
  '1h': { fallback: 24, most: 168 },
  '1d': { fallback: 7, most: 31 },
}

const CURSOR = /^page_(\d{1,12})$/

const page = z
  .object({
    object: z.literal('page'),
    data: z.array(
      z.object({
        object: z.literal('bucket'),
        start_time: z.int(),
        end_time: z.int(),
        results: z.array(z.looseObject({ object: z.string() })),
      }),
    ),
    has_more: z.boolean(),
    next_page: z.string().nullable(),
  })
  .openapi('OrganizationUsagePage')

/** OpenAI's usage and costs of an organization, which is everybody who has a key here. */
export const organizationUsage: readonly Endpoint[] = [...KINDS, COSTS].map((kind) =>
  endpoint(contractOf(kind), (c) => answer(c, kind), { readsItself: true }),
)

function contractOf(kind: Kind) {
  return createRoute({
    method: 'get',
    path: kind.path,
    operationId: kind.operationId,
    summary: kind.summary,
    description:
      'OpenAI’s administration API. A key is an API key, a tenant a project; what is not known here is null. For admins.',
    tags: ['Usage'],
    request: {
      query: z.object({
        start_time: z.string().describe('Unix seconds.'),
        end_time: z.string().optional().describe('Unix seconds, not included. Default: now.'),
        bucket_width: z.enum(kind.widths).default('1d'),
        group_by: several(`Any of ${Object.keys(kind.groups).join(', ')}.`),
        api_key_ids: several('Only of these keys.'),
        project_ids: several('Only of these tenants.'),
        user_ids: several('Users are not told apart here: a filter by them finds nothing.'),
        models: several('Only of these models.'),
        limit: z.string().optional().describe('Buckets a page holds.'),
        page: z.string().optional().describe('`next_page` of the page before.'),
      }),
    },
    responses: {
      200: jsonAnswer('Buckets of time.', page),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  })
}

async function answer(c: HttpContext, kind: Kind): Promise<Response> {
  requireUsageOfAll(c)
  const words = wordsIn(c, 'group_by', Object.keys(kind.groups)) ?? []
  const { from, to, end, width } = rangeIn(c, kind)
  const asked = queryIn(c, kind, words)
  const buckets = asked
    ? await reportUsage(await usageStore(c), { ...asked, from, to, width: WIDTHS[width] })
    : emptyBuckets(from, to, WIDTHS[width])
  const hasMore = to < end
  const body = {
    object: 'page',
    data: buckets.map((bucket) => ({
      object: 'bucket',
      start_time: bucket.from,
      end_time: bucket.to,
      results: bucket.lines.map((line) => kind.result(line.sums, namesOf(line, words, kind))),
    })),
    has_more: hasMore,
    next_page: hasMore ? `page_${to}` : null,
  }
  return reply(c, JSON.stringify(body))
}

/** One page of the stretch that was asked for; `end` is where that ends. */
function rangeIn(c: HttpContext, { widths, most, ...kind }: Kind) {
  const width = wordsIn(c, 'bucket_width', widths)?.[0] ?? '1d'
  const start = timeIn(c, 'start_time')
  if (start === undefined) throw invalid('start_time', 'is required.')
  const now = nowIn(c) + 1
  const end = timeIn(c, 'end_time') ?? Math.max(now, start + 1)
  if (start >= end) throw invalid('end_time', 'is not behind start_time.')
  const cursor = c.req.query('page') || undefined
  const [, next] = CURSOR.exec(cursor ?? '') ?? []
  if (cursor !== undefined && next === undefined) throw invalid('page', 'is no page of this list.')
  const { fallback } = kind.pages ?? PAGES[width]
  const limit = numberIn(c, 'limit', { least: 1, most: most ?? PAGES[width].most, fallback })
  const from = Math.max(floorTo(start, WIDTHS[width]), Number(next ?? 0))
  const to = Math.min(end, floorTo(from, WIDTHS[width]) + limit * SECONDS[WIDTHS[width]])
  return { from, to, end, width }
}

/** Undefined where nothing can be found. */
function queryIn(
  c: HttpContext,
  { operations, groups }: Kind,
  words: readonly string[],
): Pick<ReportQuery, 'groupBy' | 'only'> | undefined {
  const isBatch = c.req.query('batch') === 'true'
  if (operations?.length === 0 || severalIn(c, 'user_ids') || isBatch) return undefined
  const groupBy = words.flatMap((word) => groups[word] ?? [])
  const only = {
    ...(operations && { operation: operations }),
    ...filter('key', severalIn(c, 'api_key_ids')),
    ...filter('tenant', severalIn(c, 'project_ids')),
    ...filter('model', severalIn(c, 'models')),
  }
  return { groupBy, only }
}

const filter = (group: Group, values: string[] | undefined) => values && { [group]: values }

const emptyBuckets = (from: number, to: number, width: ReportQuery['width']) => {
  const step = SECONDS[width]
  const first = floorTo(from, width)
  const count = Math.ceil((to - first) / step)
  return Array.from({ length: Math.max(0, count) }, (_, at) => ({
    from: first + at * step,
    to: first + (at + 1) * step,
    lines: [] as Line[],
  }))
}

/** Every name a result may be grouped by: null where it was not, or is not known. */
function namesOf(
  { by }: Line,
  words: readonly string[],
  { groups }: Kind,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(groups).map(([word, group]) => [
      word,
      (words.includes(word) && group !== undefined && by[group]) || null,
    ]),
  )
}
