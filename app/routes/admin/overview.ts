import { createRoute, z } from '@hono/zod-openapi'
import { asksForProof } from '../../config/access.ts'
import { configuredCallers } from '../../http/access/callers-with-keys.ts'
import { requireUsageOfAll } from '../../http/access/usage-access.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { identityOf, ownerOf } from '../../library/keys/key-owner.ts'
import type { ManagedKey } from '../../ports/access.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'
import type { Metering } from '../../ports/metering.ts'
import type { Services } from '../../ports/services.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'

/** Managed keys that are told of; whoever has more of them lists them. */
const MOST_KEYS = 500
const PAGE = 100

const count = z.int().min(0).optional()
const dollars = z.number().min(0).optional()
const budget = z.object({ day: dollars, month: dollars })

const overviewKey = z
  .object({
    id: z.string().describe('By which it is told apart in usage.'),
    name: z.string().optional(),
    tenant: z.string().optional(),
    source: z.enum(['configuration', 'managed']),
    admin: z.boolean(),
    disabled: z.boolean(),
    created_at: z.int().optional(),
    expires_at: z.int().optional(),
    limits: z
      .object({ requests_per_minute: count, tokens_per_minute: count, concurrent: count })
      .describe('Those it is held to: its own, else those of everybody. Absent: without limit.'),
    remaining: z
      .object({ requests: count, tokens: count })
      .describe('What this instance knows to be left of them now; absent where nobody has asked.'),
    budget: budget.describe('US dollars.'),
    spent: budget.describe('What is spent of it, today and this month (UTC).'),
  })
  .openapi('OverviewKey')

const overviewBody = z
  .object({
    object: z.literal('overview'),
    runtime: z.string(),
    server_id: z.string().optional(),
    providers: z.array(z.string()).describe('Who answers, in the order they are asked.'),
    keys: z.array(overviewKey),
    has_more: z.boolean().describe('There are more managed keys than stand here.'),
  })
  .openapi('Overview')

/** What the dashboard shows beside usage. */
export const getOverview = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/admin/overview',
    operationId: 'get_overview',
    summary: 'List keys with limits, budgets and what is left of them',
    description:
      'For admins, and for the one caller of a server that has no others. Holders of tokens and AWS identities are not known beforehand: usage names them.',
    tags: ['Admin'],
    responses: {
      200: jsonAnswer('This server, and the keys it knows.', overviewBody),
      ...errorResponses(401, 403, 429, 500, 503),
    },
  }),
  async (c) => {
    requireUsageOfAll(c)
    const services = c.get('services')
    const { keys: managed, hasMore } = await managedKeysOf(services)
    const told = [...configured(services), ...managed.map(managedHolder)]
    const body: z.infer<typeof overviewBody> = {
      object: 'overview',
      runtime: services.runtime.name,
      server_id: services.serverId?.(),
      providers: services.providers.map(({ name }) => name),
      keys: await Promise.all(told.map((holder) => keyOf(c, holder))),
      has_more: hasMore,
    }
    return reply(c, JSON.stringify(body), { headers: { 'cache-control': 'no-store' } })
  },
)

interface Holder {
  identity: CallerIdentity
  key?: ManagedKey
}

function configured(services: Services): Holder[] {
  const callers = asksForProof(services.config) ? configuredCallers(services) : [SOLE_CALLER]
  return callers.map((identity) => ({ identity }))
}

function managedHolder(key: ManagedKey): Holder {
  const { id, name, policy } = key
  const owner = ownerOf('key', id) ?? id
  return { key, identity: identityOf({ owner, keyId: id, name, policy }) }
}

async function managedKeysOf({ access }: Services) {
  const keys: ManagedKey[] = []
  let hasMore = true
  while (hasMore && keys.length < MOST_KEYS) {
    const page = await access.keys.list({ after: keys.at(-1)?.id, limit: PAGE })
    keys.push(...page.data)
    hasMore = page.hasMore
  }
  return { keys, hasMore }
}

async function keyOf(
  c: HttpContext,
  { identity, key }: Holder,
): Promise<z.infer<typeof overviewKey>> {
  const { metering } = c.get('services')
  return {
    id: identity.keyId,
    name: identity.name,
    tenant: identity.tenant,
    source: key ? 'managed' : 'configuration',
    admin: identity.admin ?? false,
    disabled: key?.disabled ?? false,
    created_at: key?.created,
    expires_at: key?.policy.expires_at,
    ...(await boundsOf(metering, identity)),
  }
}

async function boundsOf({ limiter, budgets }: Metering, identity: CallerIdentity) {
  const { requestsPerMinute, tokensPerMinute, concurrent } = limiter.limits(identity)
  const left = (kind: 'requests' | 'tokens') => limiter.standing(identity, kind)?.remaining
  return {
    limits: {
      requests_per_minute: requestsPerMinute,
      tokens_per_minute: tokensPerMinute,
      concurrent,
    },
    remaining: { requests: left('requests'), tokens: left('tokens') },
    budget: budgets.budget(identity),
    spent: await budgets.spent(identity),
  }
}
