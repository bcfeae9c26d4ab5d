import { createRoute, z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import { canChat } from '../../gateway/names/find-model.ts'
import { isGlob } from '../../gateway/names/glob.ts'
import { listModels } from '../../gateway/names/list-models.ts'
import { resolveModel } from '../../gateway/names/resolve-model.ts'
import { isThereFor, mayUse } from '../../http/access/permissions.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { pageOf } from '../../library/page.ts'
import type { Modality, ModelCard } from '../../ports/models.ts'
import { jsonAnswer } from '../json-contract.ts'
import { bedrockErrors } from './contract.ts'

/** Service model of bedrock, FoundationModelSummary, wider where AWS was seen to be (INFERENCE_PROFILE, SPEECH). */
const model = z
  .looseObject({
    modelArn: z
      .string()
      .describe("The region is the provider's name where AWS does not serve the model."),
    modelId: z.string(),
    modelName: z.string(),
    providerName: z.string().describe('Who made it.'),
    inputModalities: z.array(z.string()),
    outputModalities: z.array(z.string()),
    responseStreamingSupported: z.boolean(),
    customizationsSupported: z.array(z.string()),
    inferenceTypesSupported: z.array(z.string()),
    modelLifecycle: z.looseObject({ status: z.string() }),
  })
  .openapi('BedrockFoundationModel')

/** Service model of bedrock, InferenceProfileSummary. */
const profile = z
  .looseObject({
    inferenceProfileName: z.string(),
    inferenceProfileArn: z
      .string()
      .describe('Without the account number, unless requests may use such ARNs.'),
    inferenceProfileId: z.string(),
    models: z.array(z.looseObject({ modelArn: z.string().optional() })),
    status: z.string(),
    type: z.enum(['SYSTEM_DEFINED', 'APPLICATION']),
  })
  .openapi('BedrockInferenceProfile')

type Profile = z.infer<typeof profile>

/** Bedrock's words for modalities. Its lists do not mention documents. */
const MODALITIES: Record<Modality, string | undefined> = {
  text: 'TEXT',
  image: 'IMAGE',
  document: undefined,
  audio: 'SPEECH',
  video: 'VIDEO',
  embedding: 'EMBEDDING',
  reranking: 'RERANKING',
}

const wordsOf = (modalities: readonly Modality[]) =>
  modalities.map((one) => MODALITIES[one]).filter((word) => word !== undefined)

/** AWS's own entry, of the region that is asked first. For other providers the same members from the card. */
function modelOf(card: ModelCard): z.infer<typeof model> {
  const { id, created } = card
  return {
    modelArn: `arn:aws:bedrock:${card.provider}::foundation-model/${id}`,
    modelId: id,
    modelName: card.name ?? id,
    providerName: card.owner,
    inputModalities: wordsOf(card.input),
    outputModalities: wordsOf(card.output),
    responseStreamingSupported: card.streaming,
    customizationsSupported: [],
    inferenceTypesSupported: ['ON_DEMAND'],
    modelLifecycle: {
      status: card.legacy ? 'LEGACY' : 'ACTIVE',
      ...(created > 0 && { startOfLifeTime: new Date(created * 1000).toISOString() }),
    },
    ...summaryOf(card),
  }
}

function summaryOf({ listing, summaries }: ModelCard): object | undefined {
  const regions = listing?.['regions']
  const asked = Array.isArray(regions) ? regions.find((one) => summaries?.has(one)) : undefined
  return summaries?.get(asked) ?? summaries?.values().next().value
}

/** What AWS lists as a model, or Bedrock's paths can call. Profiles and resources have lists of their own. */
function isFoundationModel(card: ModelCard): boolean {
  if (card.leadsTo !== undefined || card.id.startsWith('arn:')) return false
  const { output, summaries } = card
  const isAsked = output.some(
    (one) => one === 'embedding' || one === 'reranking' || one === 'image',
  )
  return summaries !== undefined || isAsked || canChat(card)
}

const isProfile = ({ listing, summaries }: ModelCard) =>
  summaries !== undefined && listing?.['profile'] !== undefined

/** AWS's own entry, without the operator's account number unless requests may use the ARN. */
function profileOf(c: HttpContext, card: ModelCard): Profile {
  const told = summaryOf(card) as Profile
  const { config } = c.get('services')
  if (config[ALLOWS[told.type]]) return told
  return { ...told, inferenceProfileArn: told.inferenceProfileArn?.replace(/:\d{12}:/, '::') }
}

const ALLOWS = {
  SYSTEM_DEFINED: 'AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN',
  APPLICATION: 'AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN',
} as const

/** ARNs of what AWS offers to every account; they end in its id. */
const EVERYBODYS =
  /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:(?:\d{12})?:(?:foundation-model|inference-profile)\/(.+)$/

/** The listed model a name leads to, if the caller may use it. Throws 400 for ARNs that requests may not use. */
async function cardOf(c: HttpContext, written: string): Promise<ModelCard | undefined> {
  const services = c.get('services')
  const name = written.replace(EVERYBODYS, '$1')
  // No id of AWS, and what is said of one names models that this key may not use.
  if (isGlob(name)) return undefined
  // Without a list, any name of the right form would be found.
  await listModels(services)
  try {
    const { found } = await resolveModel(name, services)
    return found.standing !== 'unlisted' && mayUse(c)(found.card, name) ? found.card : undefined
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'model-not-found') return undefined
    throw thrown
  }
}

const filters = z.object({
  byProvider: z
    .string()
    .regex(/^[A-Za-z0-9- ]{1,63}$/)
    .optional()
    .describe('Who made it: `anthropic`.'),
  byOutputModality: z
    .enum(['TEXT', 'IMAGE', 'EMBEDDING', 'SPEECH', 'VIDEO', 'AUDIO', 'RERANKING'])
    .optional(),
  byInferenceType: z.enum(['ON_DEMAND', 'PROVISIONED', 'INFERENCE_PROFILE']).optional(),
  byCustomizationType: z.enum(['FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION']).optional(),
})

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

const has = (words: readonly string[], word: string | undefined) =>
  word === undefined || words.includes(word)

export const listFoundationModels = endpoint(
  createRoute({
    method: 'get',
    path: '/foundation-models',
    operationId: 'bedrock_list_foundation_models',
    summary: "List the models in AWS's form",
    description:
      "ListFoundationModels of Bedrock's control plane: the models of `/v1/models` that Bedrock's paths can call, each once across all regions.",
    tags: ['Bedrock'],
    request: { query: filters },
    responses: {
      200: jsonAnswer('The models.', z.object({ modelSummaries: z.array(model) })),
      ...bedrockErrors(400, 403, 429, 500, 503),
    },
  }),
  async (c) => {
    const { byProvider = '', ...by } = c.req.valid('query')
    const cards = await listModels(c.get('services'))
    const modelSummaries = cards
      .filter(isFoundationModel)
      .filter(isThereFor(c))
      .map(modelOf)
      .filter(
        (one) =>
          plain(one.providerName).startsWith(plain(byProvider)) &&
          has(one.outputModalities, by.byOutputModality) &&
          has(one.inferenceTypesSupported, by.byInferenceType) &&
          has(one.customizationsSupported, by.byCustomizationType),
      )
    return reply(c, JSON.stringify({ modelSummaries }))
  },
)

export const getFoundationModel = endpoint(
  createRoute({
    method: 'get',
    path: '/foundation-models/{modelIdentifier}',
    operationId: 'bedrock_get_foundation_model',
    summary: "Describe a model in AWS's form",
    tags: ['Bedrock'],
    request: {
      params: z.object({
        modelIdentifier: z
          .string()
          .describe('Its id, another name or its ARN, percent-encoded or raw.')
          .openapi({ example: 'amazon.nova-lite-v1:0' }),
      }),
    },
    responses: {
      200: jsonAnswer('The model.', z.object({ modelDetails: model })),
      ...bedrockErrors(400, 403, 404, 429, 500, 503),
    },
  }),
  async (c) => {
    const { modelIdentifier: name } = c.req.valid('param')
    const card = await cardOf(c, name)
    if (!card || !isFoundationModel(card)) {
      throw new GatewayError('model-not-found', `No model answers to \`${name}\`.`)
    }
    return reply(c, JSON.stringify({ modelDetails: modelOf(card) }))
  },
  { path: '/foundation-models/:modelIdentifier{.+}' },
)

export const listInferenceProfiles = endpoint(
  createRoute({
    method: 'get',
    path: '/inference-profiles',
    operationId: 'bedrock_list_inference_profiles',
    summary: 'List the inference profiles',
    description:
      "ListInferenceProfiles of Bedrock's control plane: AWS's profiles, and the account's own where requests may use them. Without AWS the list is empty.",
    tags: ['Bedrock'],
    request: {
      query: z.object({
        type: z.enum(['SYSTEM_DEFINED', 'APPLICATION']).optional(),
        maxResults: z.coerce.number().int().min(1).max(1000).default(1000),
        nextToken: z.string().optional().describe('From the previous page.'),
      }),
    },
    responses: {
      200: jsonAnswer(
        'One page of the profiles.',
        z.object({
          inferenceProfileSummaries: z.array(profile),
          nextToken: z.string().optional().describe('Absent on the last page.'),
        }),
      ),
      ...bedrockErrors(400, 403, 429, 500, 503),
    },
  }),
  async (c) => {
    const { type, maxResults: limit, nextToken: after } = c.req.valid('query')
    const cards = (await listModels(c.get('services'))).filter(isProfile).filter(isThereFor(c))
    const asked = cards.filter(
      ({ listing }) => type === undefined || listing?.['profile'] === type.toLowerCase(),
    )
    const page = pageOf(asked, { after, limit, descending: false })
    if (!page) {
      const words = 'nextToken does not belong to this list.'
      throw new GatewayError('invalid-request', words, { param: 'nextToken' })
    }
    const inferenceProfileSummaries = page.data.map((card) => profileOf(c, card))
    const nextToken = page.hasMore ? page.data.at(-1)?.id : undefined
    return reply(c, JSON.stringify({ inferenceProfileSummaries, nextToken }))
  },
)

export const getInferenceProfile = endpoint(
  createRoute({
    method: 'get',
    path: '/inference-profiles/{inferenceProfileIdentifier}',
    operationId: 'bedrock_get_inference_profile',
    summary: 'Describe an inference profile',
    tags: ['Bedrock'],
    request: {
      params: z.object({
        inferenceProfileIdentifier: z
          .string()
          .describe('Its id or its ARN, percent-encoded or raw.')
          .openapi({ example: 'us.amazon.nova-lite-v1:0' }),
      }),
    },
    responses: {
      200: jsonAnswer('The profile.', profile),
      ...bedrockErrors(400, 403, 404, 429, 500, 503),
    },
  }),
  async (c) => {
    const { inferenceProfileIdentifier: name } = c.req.valid('param')
    const card = await cardOf(c, name)
    if (!card || !isProfile(card)) {
      throw new GatewayError('not-found', `There is no inference profile \`${name}\`.`)
    }
    return reply(c, JSON.stringify(profileOf(c, card)))
  },
  { path: '/inference-profiles/:inferenceProfileIdentifier{.+}' },
)
