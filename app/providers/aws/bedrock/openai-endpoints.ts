import type { Config } from '../../../config.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import { openaiChat } from '../../../dialects/openai-chat/index.ts'
import { openaiResponsesClient } from '../../../dialects/openai-responses/client.ts'
import type { ChatModel, FoundModel, ModelCard, ModelTraits } from '../../../ports/models.ts'
import type { BedrockModel } from './cards.ts'
import {
  MANTLE_MODELS,
  MANTLE_NAMES,
  type MantleModel,
  RUNTIME_CHAT,
} from './data/openai-endpoints.ts'
import type { Routes } from './failover.ts'
import {
  createOpenaiEndpointModel,
  type OpenaiEndpointDependencies,
  type OpenaiEndpointTarget,
} from './openai-endpoint.ts'
import type { Plan } from './region-policy.ts'
import type { Target } from './routed.ts'

export interface OpenaiEndpointsOptions extends OpenaiEndpointDependencies {
  /** By the beginning of an id, as the operator wants it. */
  endpoints: Config['AWS_BEDROCK_OPENAI_ENDPOINTS']
}

type Opened = Pick<FoundModel, 'card' | 'chat' | 'lanes'>

interface Opening {
  target: Target
  options: OpenaiEndpointsOptions
  /** The catalogue of bedrock-runtime has it. */
  isListed: boolean
}

/**
 * The model with AWS's own OpenAI endpoints in their place: what is only there is asked there by everybody;
 * what Converse serves too is asked there by those who speak the language, where the operator wants that.
 */
export function withOpenaiEndpoint(
  opened: Opened,
  { bases = [] }: BedrockModel,
  { target, options, isListed }: Opening,
): Opened {
  const [base] = bases
  if (base === undefined || bases.length > 1 || !opened.chat) return opened
  const wish = wishFor(base, options.endpoints)
  if (wish === 'off') return opened
  // What bedrock-runtime lists by now is no longer served at bedrock-mantle alone.
  const only = !isListed && Object.hasOwn(MANTLE_MODELS, base) ? MANTLE_MODELS[base] : undefined
  if (only) return mantleOnly(opened, only, { target, options, base })
  if (wish === undefined || (wish === 'runtime' && !speaks(base))) return opened
  const place = wish === 'runtime' ? atRuntime : atMantle(base)
  const endpoint = createOpenaiEndpointModel(options, {
    ...target,
    ...place,
    card: { ...opened.card, traits: { ...opened.card.traits, ...SAYS_ITSELF } },
    dialect: openaiChat.client,
  })
  const lane = unlessGuarded(endpoint, opened.chat)
  return { ...opened, lanes: { ...opened.lanes, [openaiChat.name]: lane } }
}

/** The longest beginning counts. */
function wishFor(base: string, wishes: OpenaiEndpointsOptions['endpoints']) {
  const fitting = Object.keys(wishes).filter((beginning) => base.startsWith(beginning))
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : wishes[longest]
}

const speaks = (base: string) => RUNTIME_CHAT.some((beginning) => base.startsWith(beginning))

type Place = Pick<OpenaiEndpointTarget, 'service' | 'path' | 'model'>

const CHAT = '/chat/completions'
const atRuntime: Place = { service: 'bedrock-runtime', path: `/openai/v1${CHAT}` }

/** Profiles are unknown there, and some names are shorter. */
function atMantle(base: string): Place {
  const prefix = /^openai\.gpt-\d/.test(base) ? '/openai/v1' : '/v1'
  const path = prefix + CHAT
  return { service: 'bedrock-mantle', path, model: MANTLE_NAMES[base] ?? base }
}

/** What the table of its family says is made for Converse; of these endpoints nobody knows better than they. */
const SAYS_ITSELF: ModelTraits = {
  unsupported: [],
  nativeSettings: undefined,
  cachePoints: false,
  structuredOutput: true,
}

const MANTLE_TRAITS: ModelTraits = {
  ...SAYS_ITSELF,
  systemTurns: true,
  documents: false,
  s3: [],
  toolResultMedia: [],
  // It takes the headers of guardrails and does nothing about them (langchain-aws, issue 1224).
  guardrails: false,
}

interface Placing {
  target: Target
  options: OpenaiEndpointsOptions
  base: string
}

function mantleOnly(
  opened: Opened,
  model: MantleModel,
  { target, options, base }: Placing,
): Opened {
  const { api, input, contextWindow, maxOutput, regions } = model
  const card: ModelCard = {
    ...opened.card,
    input: [...input],
    contextWindow,
    maxOutput,
    tools: true,
    streaming: true,
    traits: { ...MANTLE_TRAITS, images: input.includes('image') },
  }
  const chat = createOpenaiEndpointModel(options, {
    card,
    routes: (as) => within(target.routes(as), base, regions),
    service: 'bedrock-mantle',
    path: model.base + (api === 'chat' ? CHAT : '/responses'),
    model: base,
    dialect: api === 'chat' ? openaiChat.client : openaiResponsesClient,
  })
  return { ...opened, card, chat }
}

/** The regions among the planned ones where it is served. */
function within({ plan, better }: Routes, id: string, regions: readonly string[]): Routes {
  const only = ({ candidates, refusal }: Plan): Plan => {
    const left = candidates.filter(({ region }) => regions.includes(region))
    if (left.length > 0 || candidates.length === 0) return { candidates: left, refusal }
    return {
      candidates: left,
      refusal: `The model ${id} is served by bedrock-mantle in ${regions.join(', ')} only, and AWS_BEDROCK_REGIONS names none of these.`,
    }
  }
  return {
    plan: only(plan),
    ...(better && {
      async better() {
        const found = await better()
        return found && only(found)
      },
    }),
  }
}

/** A guardrail is applied by Converse, of which that is known. */
function unlessGuarded(endpoint: ChatModel, converse: ChatModel): ChatModel {
  const of = ({ guardrail }: Conversation) => (guardrail ? converse : endpoint)
  return {
    reply: (conversation, call) => of(conversation).reply(conversation, call),
    stream: (conversation, call) => of(conversation).stream(conversation, call),
    ...(converse.count && { count: converse.count }),
  }
}
