import { createRoute, z } from '@hono/zod-openapi'
import { canChat } from '../../gateway/names/find-model.ts'
import { fitsGlob } from '../../gateway/names/glob.ts'
import { listModels } from '../../gateway/names/list-models.ts'
import { suits } from '../../gateway/operations/draw.ts'
import { hears } from '../../gateway/operations/transcribe.ts'
import { isThereFor } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { ImageTask } from '../../ports/images.ts'
import type { Modality, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import { jsonAnswer } from '../json-contract.ts'
import { toolName } from '../mcp/tool-names.ts'
import { isOffered } from '../mcp/tools.ts'
import { errorResponses } from '../openai/error-contract.ts'

const INPUTS = ['TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'SPEECH', 'DOCUMENT'] as const
const OUTPUTS = [
  'TEXT',
  'IMAGE',
  'VIDEO',
  'AUDIO',
  'SPEECH',
  'EMBEDDING',
  'RERANKING',
  'MODERATION',
] as const

/** Bedrock's words for modalities, and ours. Nothing here moderates as a model of its own yet. */
const MODALITIES: Record<(typeof INPUTS | typeof OUTPUTS)[number], Modality | undefined> = {
  TEXT: 'text',
  IMAGE: 'image',
  VIDEO: 'video',
  AUDIO: 'audio',
  SPEECH: 'audio',
  DOCUMENT: 'document',
  EMBEDDING: 'embedding',
  RERANKING: 'reranking',
  MODERATION: undefined,
}

const embeds = ({ output }: ModelCard) => output.includes('embedding')
const reranks = ({ output }: ModelCard) => output.includes('reranking')
const speaks = ({ input, output }: ModelCard) => input.includes('text') && output.includes('audio')

const draws = (task: ImageTask) => (card: ModelCard) => suits(card, { task })

/** Chats in other makers' words, everything else in those of its own. */
const isInvoked = (card: ModelCard) =>
  canChat(card) || embeds(card) || reranks(card) || card.output.includes('image')

const streams = (card: ModelCard) => canChat(card) && card.streaming

/** Which routes a model can be called through. A new route that takes a model adds its line. */
const ROUTES = {
  '/v1/chat/completions': canChat,
  '/v1/completions': canChat,
  '/v1/responses': canChat,
  '/v1/responses/input_tokens': canChat,
  '/v1/responses/compact': canChat,
  '/v1/messages': canChat,
  '/v1/messages/count_tokens': canChat,
  '/model/{modelId}/converse': canChat,
  '/model/{modelId}/converse-stream': streams,
  '/model/{modelId}/invoke': isInvoked,
  '/model/{modelId}/invoke-with-response-stream': streams,
  '/model/{modelId}/count-tokens': canChat,
  '/rerank': reranks,
  '/v1/embeddings': embeds,
  '/cohere/v2/embed': embeds,
  '/cohere/v1/embed': embeds,
  '/v1/rerank': reranks,
  '/v1/audio/speech': speaks,
  '/v1/audio/transcriptions': hears,
  '/v1/audio/translations': hears,
  '/cohere/v2/rerank': reranks,
  '/cohere/v1/rerank': reranks,
  '/v1/images/generations': draws('generate'),
  '/v1/images/edits': draws('edit'),
  '/v1/images/variations': draws('vary'),
} as const satisfies Record<string, (card: ModelCard) => boolean>

const routes = Object.keys(ROUTES) as (keyof typeof ROUTES)[]

/** Their tools, by route; a stream is none. */
const TOOLS = new Map(
  routes
    .filter((route) => ROUTES[route] !== streams)
    .map((route) => [route, toolName('POST', route)] as const),
)
const tools = [...new Set(TOOLS.values())]

/** A parameter that may be repeated; once written it is a text, not a list. */
const several = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).optional())
const flag = z.enum(['true', 'false']).transform((word) => word === 'true')

const query = z.object({
  input_modalities: several(z.enum(INPUTS)).describe('The model reads all of these.'),
  output_modalities: several(z.enum(OUTPUTS)).describe('The model gives all of these.'),
  route: z
    .enum([...routes, ...tools])
    .optional()
    .describe('It can be called through this route, or by this MCP tool.'),
  region: z.string().min(1).optional().describe('It is asked in this region.'),
  streaming: flag.optional().describe('Whether its answers can be streamed.'),
  legacy: flag.optional().describe('Whether it is about to be retired.'),
  batch: flag.optional().describe('Whether it takes batches.'),
  model: z.string().min(1).max(255).optional().describe('Its id fits this pattern of * and ?.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('How many models at most. Default: all, 20 for the MCP tool.'),
  offset: z.coerce.number().int().min(0).default(0).describe('How many models to skip.'),
})

const found = z
  .object({
    id: z.string(),
    name: z.string(),
    provider: z.string().describe('Who made it.'),
    service: z.string().describe('Who serves it.'),
    input_modalities: z.array(z.string()),
    output_modalities: z.array(z.string()),
    aliases: z.array(z.string()),
    supported_routes: z.array(z.string()),
    supported_mcp_tools: z.array(z.string()),
    regions: z.array(z.string()),
    response_streaming: z.boolean(),
    legacy: z.boolean(),
    inference_profiles: z.record(z.string(), z.string()).describe('By region.'),
    batch: z.boolean(),
    start_of_life_time: z.string().nullable(),
  })
  .openapi('FoundModel')

type Found = z.infer<typeof found>

/** The catalogue, filtered. */
export const searchModels = endpoint(
  createRoute({
    method: 'get',
    path: '/search_models',
    operationId: 'search_models',
    summary: 'Search models by capability',
    description:
      'Filters are joined by and. Nothing found is an empty list, an unknown value a 400. `x-total-count` tells how many pass the filters.',
    tags: ['Models'],
    request: { query },
    responses: {
      200: jsonAnswer('The models that pass every filter.', z.array(found)),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const services = c.get('services')
    const filters = c.req.valid('query')
    const cards = (await listModels(services)).filter(isThereFor(c))
    const aliases = aliasesById(services, cards)
    const isShown = services.config.MCP ? (tool: string) => isOffered(tool, services.config) : NONE
    const all = cards.map((card) => {
      const told = describe(card, aliases.get(card.id) ?? [])
      return { card, told: { ...told, supported_mcp_tools: toolsOf(card).filter(isShown) } }
    })
    const passing = all.filter((one) => passes(one, filters))
    const { offset, limit = passing.length } = filters
    const page = passing.slice(offset, offset + limit).map(({ told }) => told)
    const headers = { 'x-total-count': String(passing.length) }
    return reply(c, JSON.stringify(page), { headers })
  },
)

function passes(
  { card, told }: { card: ModelCard; told: Found },
  filters: z.infer<typeof query>,
): boolean {
  const { input_modalities: input = [], output_modalities: output = [] } = filters
  const { route, region, streaming, legacy, batch, model } = filters
  return (
    input.every((word) => has(card.input, word)) &&
    output.every((word) => has(card.output, word)) &&
    (route === undefined || [...told.supported_routes, ...toolsOf(card)].includes(route)) &&
    (region === undefined || told.regions.includes(region)) &&
    (streaming === undefined || card.streaming === streaming) &&
    (legacy === undefined || told.legacy === legacy) &&
    (batch === undefined || told.batch === batch) &&
    (model === undefined || fitsGlob(model, card.id))
  )
}

const has = (modalities: readonly Modality[], word: keyof typeof MODALITIES) =>
  modalities.some((modality) => modality === MODALITIES[word])

const NONE = () => false

/** Each once: two routes may be one tool. */
const toolsOf = (card: ModelCard) => [
  ...new Set(
    routes.filter((route) => ROUTES[route](card)).flatMap((route) => TOOLS.get(route) ?? []),
  ),
]

function describe(card: ModelCard, aliases: string[]): Omit<Found, 'supported_mcp_tools'> {
  const { listing = {} } = card
  const { regions, inference_profiles: profiles } = listing
  const start = card.created > 0 ? new Date(card.created * 1000).toISOString() : null
  return {
    id: card.id,
    name: card.name ?? card.id,
    provider: card.owner,
    service: card.provider,
    input_modalities: card.input.map((modality) => modality.toUpperCase()),
    output_modalities: card.output.map((modality) => modality.toUpperCase()),
    aliases,
    supported_routes: routes.filter((route) => ROUTES[route](card)),
    regions: Array.isArray(regions) ? regions : [],
    response_streaming: card.streaming,
    legacy: card.legacy === true,
    inference_profiles: isRecord(profiles) ? profiles : {},
    batch: listing['batch'] === true,
    start_of_life_time: start,
  }
}

const isRecord = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null

/** The other names each model goes by, those of the configuration first. */
function aliasesById(
  { config, providers }: Services,
  cards: readonly ModelCard[],
): Map<string, string[]> {
  const listed = new Set(cards.map(({ id }) => id))
  const names = new Map<string, string[]>()
  const add = (id: string, name: string) => names.set(id, [...(names.get(id) ?? []), name])
  for (const [name, { model }] of Object.entries(config.MODEL_ALIASES)) add(model, name)
  for (const provider of providers) {
    for (const [name, ids] of provider.names?.().aliases ?? []) {
      const id = ids.find((one) => listed.has(one))
      if (id) add(id, name)
    }
  }
  return names
}
