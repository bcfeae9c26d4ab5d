import { createRoute, z } from '@hono/zod-openapi'
import { canChat } from '../../gateway/names/find-model.ts'
import { listModels } from '../../gateway/names/list-models.ts'
import { resolveModel } from '../../gateway/names/resolve-model.ts'
import { isThereFor, mayUse, refuseHidden } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { pageOf } from '../../library/page.ts'
import type { ModelCard } from '../../ports/models.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from './model-errors.ts'
import type { Place } from './place.ts'
import { versionHeaders } from './version-headers.ts'

/** As Anthropic lists its own (SDK 1.12, ModelInfo). */
const modelInfo = z
  .looseObject({
    type: z.literal('model'),
    id: z.string(),
    display_name: z.string(),
    created_at: z.string().describe('RFC 3339; the epoch when unknown.'),
    lifecycle: z.enum(['active', 'deprecated', 'retired']),
    deprecated_at: z.string().nullable(),
    retires_at: z.string().nullable(),
    line: z.null(),
    capabilities: z.null(),
    max_input_tokens: z.int().nullable(),
    max_tokens: z.int().nullable(),
  })
  .openapi('MessagesModel')

const modelList = z
  .object({
    data: z.array(modelInfo),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .openapi('MessagesModelList')

function infoOf(card: ModelCard): z.infer<typeof modelInfo> {
  return {
    type: 'model',
    id: card.id,
    display_name: card.name ?? card.id,
    created_at: timeText(card.created),
    ...lifecycleOf(card),
    line: null,
    capabilities: null,
    max_input_tokens: card.contextWindow ?? null,
    max_tokens: card.maxOutput ?? null,
  }
}

/** The dates are those that the model's provider has listed. */
function lifecycleOf({ legacy, listing }: ModelCard) {
  if (!legacy) return { lifecycle: 'active', deprecated_at: null, retires_at: null } as const
  const { legacy_time: since, end_of_life_time: until } = (listing?.['lifecycle'] ?? {}) as Dates
  return {
    lifecycle: 'deprecated',
    deprecated_at: dateText(since),
    retires_at: dateText(until),
  } as const
}

interface Dates {
  legacy_time?: unknown
  end_of_life_time?: unknown
}

function dateText(date: unknown): string | null {
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? null : timeText(time / 1000)
}

/** Without fractions of a second, as Anthropic writes them. */
const timeText = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(20).describe('Models a page holds.'),
  after_id: z.string().optional().describe('The last id of the page before.'),
  before_id: z.string().optional().describe('The first id of the page behind.'),
})

const listContract = ({ prefix, name }: Place) =>
  createRoute({
    method: 'get',
    path: `${prefix}/v1/models`,
    operationId: name('list_models'),
    summary: 'List the chat models',
    description: 'At the root the same answers requests that carry `anthropic-version`.',
    tags: ['Anthropic'],
    request: { headers: versionHeaders, query },
    responses: {
      200: jsonAnswer('One page of the models.', modelList),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  })

export const getModels = (place: Place) =>
  endpoint(listContract(place), async (c) => {
    const cards = await listModels(c.get('services'))
    const chatting = cards.filter(canChat).filter(isThereFor(c))
    return send(c, pageOfModels(chatting, c.req.valid('query')))
  })

function pageOfModels(cards: readonly ModelCard[], asked: z.infer<typeof query>) {
  const { limit, after_id: after, before_id: before } = asked
  // A page before an id is the page after it in the opposite direction.
  const descending = !after && Boolean(before)
  const from = (descending ? before : after) || undefined
  const page = pageOf(cards, { after: from, limit, descending })
  const found = page?.data ?? []
  const data = (descending ? found.toReversed() : found).map(infoOf)
  return {
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: page?.hasMore ?? false,
  }
}

const modelContract = ({ prefix, name }: Place) =>
  createRoute({
    method: 'get',
    path: `${prefix}/v1/models/{model_id}`,
    operationId: name('retrieve_model'),
    summary: 'Describe one model',
    tags: ['Anthropic'],
    request: {
      headers: versionHeaders,
      params: z.object({
        model_id: z
          .string()
          .describe('The id or another name of the model, raw or percent-encoded.')
          .openapi({ example: 'claude-sonnet-4-5' }),
      }),
    },
    responses: {
      200: jsonAnswer('The model.', modelInfo),
      ...errorResponses(400, 401, 403, 404, 429, 500, 502, 503),
    },
  })

export const getModel = (place: Place) =>
  endpoint(
    modelContract(place),
    async (c) => {
      const { model_id: name } = c.req.valid('param')
      const { found } = await resolveModel(name, c.get('services'), { mayUse: mayUse(c) })
      refuseHidden(c, name, found.card)
      return send(c, infoOf(found.card))
    },
    { path: `${place.prefix}/v1/models/:model_id{.+}` },
  )

const send = (c: HttpContext, body: object) =>
  reply(c, JSON.stringify(body), { headers: { 'request-id': c.get('requestId') } })
