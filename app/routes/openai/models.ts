import { createRoute, z } from '@hono/zod-openapi'
import { listModels } from '../../gateway/names/list-models.ts'
import { resolveModel } from '../../gateway/names/resolve-model.ts'
import { isThereFor, mayUse, refuseHidden } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { ModelCard } from '../../ports/models.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from './error-contract.ts'

/** OpenAI's four fields, and what else is known: only additions, so strict clients are not surprised. */
const model = z
  .looseObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.int().describe('Unix time in seconds; 0 when unknown.'),
    owned_by: z.string().describe('Who made it.'),
    name: z.string().optional(),
    provider: z.string().describe('Who serves it here.'),
    input_modalities: z.array(z.string()),
    output_modalities: z.array(z.string()),
    streaming: z.boolean(),
    tools: z.boolean().optional(),
    context_window: z.int().optional().describe('Tokens.'),
    max_output_tokens: z.int().optional(),
    legacy: z.boolean().optional().describe('About to be retired.'),
    regions: z.array(z.string()).optional().describe('Where it is asked, in order.'),
    inference_profiles: z
      .record(z.string(), z.string())
      .optional()
      .describe('By region: the profile it is asked through.'),
    lifecycle: z.looseObject({ status: z.string().optional() }).optional(),
    resolves_to: z.string().optional().describe('The model this name stands for.'),
    resolved_by: z.enum(['alias', 'successor', 'wildcard']).optional(),
  })
  .openapi('Model')

const modelOf = (card: ModelCard): z.infer<typeof model> => ({
  ...card.listing,
  id: card.id,
  object: 'model',
  created: card.created,
  owned_by: card.owner,
  name: card.name,
  provider: card.provider,
  input_modalities: card.input,
  output_modalities: card.output,
  streaming: card.streaming,
  tools: card.tools,
  context_window: card.contextWindow,
  max_output_tokens: card.maxOutput,
  legacy: card.legacy,
})

export const getModels = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/models',
    operationId: 'list_models',
    summary: 'List the models that can be called',
    tags: ['Models'],
    responses: {
      200: jsonAnswer(
        'Every model, each id once.',
        z.object({ object: z.literal('list'), data: z.array(model) }).openapi('ModelList'),
      ),
      ...errorResponses(401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const cards = await listModels(c.get('services'))
    const data = cards.filter(isThereFor(c)).map(modelOf)
    return reply(c, JSON.stringify({ object: 'list', data }))
  },
)

export const getModel = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'retrieve_model',
    summary: 'Describe one model',
    tags: ['Models'],
    request: {
      params: z.object({
        model: z
          .string()
          .describe('The id, raw or percent-encoded: it may hold colons, dots and slashes.')
          .openapi({ example: 'amazon.nova-micro-v1:0' }),
      }),
    },
    responses: {
      200: jsonAnswer('The model.', model),
      ...errorResponses(400, 401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const name = c.req.valid('param').model
    const { found, by } = await resolveModel(name, c.get('services'), { mayUse: mayUse(c) })
    refuseHidden(c, name, found.card)
    const model = modelOf(found.card)
    // Under a name that stands for it, a model keeps the name it was asked for, as clients compare the two.
    const named =
      by === 'id' ? model : { ...model, id: name, resolves_to: model.id, resolved_by: by }
    return reply(c, JSON.stringify(named))
  },
  { path: '/v1/models/:model{.+}' },
)
