import { createRoute, z } from '@hono/zod-openapi'
import { listModels } from '../../gateway/names/list-models.ts'
import { isThereFor } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { ModelCard } from '../../ports/models.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'

const provider = z
  .object({
    id: z.string().describe('The name in lower case, as `model_provider` takes it.'),
    object: z.literal('provider'),
    name: z.string(),
    served_by: z.array(z.string()).describe('Who is called for its models: aws, embedded.'),
    models: z.int().describe('How many of its models can be called.'),
  })
  .openapi('ModelProvider')

/** Who made the models that can be called. */
export const getProviders = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/providers',
    operationId: 'list_providers',
    summary: 'List the makers of the models',
    tags: ['Models'],
    responses: {
      200: jsonAnswer(
        'Every maker of a model that can be called.',
        z
          .object({ object: z.literal('list'), data: z.array(provider) })
          .openapi('ModelProviderList'),
      ),
      ...errorResponses(401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const cards = await listModels(c.get('services'))
    const data = providersOf(cards.filter(isThereFor(c)))
    return reply(c, JSON.stringify({ object: 'list', data }))
  },
)

function providersOf(cards: readonly ModelCard[]): z.infer<typeof provider>[] {
  const makers = new Map<string, [ModelCard, ...ModelCard[]]>()
  for (const card of cards) {
    const id = card.owner.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const models = makers.get(id)
    if (models) models.push(card)
    else makers.set(id, [card])
  }
  return [...makers]
    .map(([id, models]) => ({
      id,
      object: 'provider' as const,
      name: models[0].owner,
      served_by: [...new Set(models.map((card) => card.provider))],
      models: models.length,
    }))
    .sort((a, b) => a.name.localeCompare(b.name))
}
