import { createRoute, z } from '@hono/zod-openapi'
import type { Usage } from '../../conversation/events.ts'
import { resolveModel } from '../../gateway/names/resolve-model.ts'
import { mayUse, refuseHidden } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { invalid, numberIn } from './query.ts'

/** More than any model reads or writes at once. */
const MOST = 1_000_000_000

const tokens = (meaning: string) => z.string().optional().describe(meaning)

const costBody = z
  .object({
    object: z.literal('cost'),
    model: z.string(),
    currency: z.literal('usd'),
    cost: z.number().nullable().describe('Null where no price is known.'),
    free: z.boolean().describe('Nobody pays for this model.'),
  })
  .openapi('Cost')

/** The price of one answer, by the same rules by which usage is written down. */
export const getCost = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/cost',
    operationId: 'get_cost',
    summary: 'Get the cost of an answer',
    description:
      'Counts are those of a request; `served_model` and `region` are told in its headers (`x-bedrock-model`, `x-outcrop-region`), and prices differ by them.',
    tags: ['Usage'],
    request: {
      query: z.object({
        model: z.string().describe('As it is asked for.'),
        served_model: z.string().optional().describe('The id that was really asked.'),
        region: z.string().optional(),
        service_tier: z.string().optional(),
        input_tokens: tokens('Without those of the cache. Default: 0.'),
        output_tokens: tokens('Default: 0.'),
        cached_tokens: tokens('Read from the cache. Default: 0.'),
        cache_write_tokens: tokens('Written to the cache. Default: 0.'),
      }),
    },
    responses: {
      200: jsonAnswer('US dollars.', costBody),
      ...errorResponses(400, 401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const services = c.get('services')
    const model = c.req.query('model')
    if (!model) throw invalid('model', 'is required.')
    const { card } = (await resolveModel(model, services, { mayUse: mayUse(c) })).found
    refuseHidden(c, model, card)
    const said = (name: string) => c.req.query(name) || undefined
    const priced = { card, served: said('served_model'), region: said('region') }
    const tier = said('service_tier')
    const cost = services.metering.prices.cost(priced, usageIn(c), tier) ?? null
    const body: z.infer<typeof costBody> = {
      object: 'cost',
      model,
      currency: 'usd',
      cost,
      free: card.free === true,
    }
    return reply(c, JSON.stringify(body))
  },
  { readsItself: true },
)

function usageIn(c: HttpContext): Usage {
  const countIn = (name: string) => numberIn(c, name, { least: 0, most: MOST, fallback: 0 })
  return {
    input: countIn('input_tokens'),
    output: countIn('output_tokens'),
    cacheRead: countIn('cached_tokens'),
    cacheWrite: countIn('cache_write_tokens'),
  }
}
