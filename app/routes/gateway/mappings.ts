import { createRoute, z } from '@hono/zod-openapi'
import { listModels } from '../../gateway/names/list-models.ts'
import { explainName, listNames, type NameEntry } from '../../gateway/names/name-book.ts'
import { mayUse, modelPermissions } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'

const mapping = z
  .object({
    name: z.string(),
    origin: z
      .enum(['configuration', 'built-in', 'retired', 'asked'])
      .describe(
        'Who says so: MODEL_ALIASES, this gateway, the list of retired models, or the question itself.',
      ),
    candidates: z.array(z.string()).describe('What it may stand for, the best first.'),
    resolves_to: z.string().nullable().describe('The id that is asked; null when there is none.'),
    resolved_by: z.enum(['id', 'alias', 'successor', 'wildcard']).optional(),
    reason: z.string().optional().describe('Why it leads nowhere, or not surely.'),
    service_tier: z.string().optional(),
    guardrail_id: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    extra_params: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('ModelMapping')

/** What the names of models lead to here, and why. */
export const getMappings = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/mappings',
    operationId: 'list_mappings',
    summary: 'Show which models names lead to',
    description:
      'Every name beside the ids of /v1/models: aliases of the configuration, built-in ones, retired ids. With `model`, what that one name leads to.',
    tags: ['Models'],
    request: {
      query: z.object({
        model: z.string().min(1).optional().describe('Any name: an id, an alias, a wildcard.'),
      }),
    },
    responses: {
      200: jsonAnswer(
        'Names and what they lead to.',
        z.object({ object: z.literal('list'), data: z.array(mapping) }).openapi('ModelMappingList'),
      ),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const services = c.get('services')
    const { model } = c.req.valid('query')
    const asking = { mayUse: mayUse(c) }
    const entries = model
      ? [await explainName(model, services, asking)]
      : await listNames(services, asking)
    const shown = await namesShown(c, entries)
    return reply(c, JSON.stringify({ object: 'list', data: shown.map(mappingOf) }))
  },
)

/** Names that lead to what the caller may not ask are not there for them, nor what else a name may stand for. */
async function namesShown(c: HttpContext, entries: NameEntry[]): Promise<NameEntry[]> {
  if (modelPermissions(c) === undefined) return entries
  const isShown = mayUse(c)
  const cards = await listModels(c.get('services'))
  const byId = new Map(cards.map((card) => [card.id, card]))
  const leadsTo = (id: string | undefined, name: string) => {
    const card = id === undefined ? undefined : byId.get(id)
    return card !== undefined && isShown(card, name)
  }
  return entries
    .filter(({ name, resolvesTo }) => leadsTo(resolvesTo, name))
    .map((entry) => ({
      ...entry,
      candidates: entry.candidates.filter((id) => leadsTo(id, entry.name)),
    }))
}

const mappingOf = (entry: NameEntry): z.infer<typeof mapping> => ({
  name: entry.name,
  origin: entry.origin,
  candidates: [...entry.candidates],
  resolves_to: entry.resolvesTo ?? null,
  resolved_by: entry.by,
  reason: entry.reason,
  service_tier: entry.alias?.serviceTier,
  guardrail_id: entry.alias?.guardrail?.id,
  metadata: entry.alias?.metadata,
  extra_params: entry.alias?.params,
})
