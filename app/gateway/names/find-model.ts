import type { Conversation } from '../../conversation/conversation.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { ChatModel, FoundModel, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import { withAlias, withDefaults } from './model-params.ts'
import { type Resolution, type ResolvedBy, resolveModel } from './resolve-model.ts'
import { toldOfNames } from './told-of-names.ts'

/** A model that can be talked to, and how its name led to it. */
export interface ChattingModel extends FoundModel {
  chat: ChatModel
  by: ResolvedBy
  /** What was asked, with what the operator says of the name and of the model. */
  asked: Conversation
}

/** The model a conversation asks for, able to chat. Throws as `resolveModel`, and 400 for one that cannot. */
export function findChatModel(
  conversation: Conversation,
  services: Services,
  asking: Pick<Asking, 'mayUse'>,
): ChattingModel | Promise<ChattingModel> {
  if (conversation.upstreamModel === undefined) return findNamed(conversation, services, asking)
  return findUpstream(conversation, services, asking)
}

async function findUpstream(...asked: Parameters<typeof findNamed>) {
  try {
    return await findNamed(...asked)
  } catch (thrown) {
    throw aboutName(thrown, asked[0])
  }
}

/** The field that named the model is the one at fault. */
function aboutName(thrown: unknown, { upstreamModel }: Conversation): unknown {
  if (upstreamModel === undefined || !(thrown instanceof GatewayError)) return thrown
  if (thrown.param !== 'model') return thrown
  return amended(thrown, { param: 'bedrock_model' })
}

function findNamed(
  conversation: Conversation,
  services: Services,
  { mayUse }: Pick<Asking, 'mayUse'>,
): ChattingModel | Promise<ChattingModel> {
  const resolution = resolveModel(nameOf(conversation), services, {
    owner: conversation.modelProvider,
    suits: canChat,
    mayUse,
  })
  return resolution instanceof Promise
    ? resolution.then((later) => chatting(later, conversation, services))
    : chatting(resolution, conversation, services)
}

function chatting(
  { found, by, alias }: Resolution,
  conversation: Conversation,
  { config }: Services,
): ChattingModel {
  const { card, chat, lanes, standing, idIn } = found
  if (chat) {
    const asked = withDefaults(withAlias(conversation, alias), card, config.DEFAULT_MODEL_PARAMS)
    return { card, chat, lanes, standing, idIn, by, asked }
  }
  const name = nameOf(conversation)
  const path = ELSEWHERE.find(([kind]) => found[kind])?.[1]
  const elsewhere = path === undefined ? '' : ` Ask it at ${path}.`
  throw new GatewayError(
    'invalid-request',
    `The model \`${name}\` is not a chat model.${elsewhere}`,
    {
      param: 'model',
      reason: 'model_not_supported',
    },
  )
}

/** Where models are asked that do something other than chat. */
const ELSEWHERE = [
  ['embeddings', '/v1/embeddings'],
  ['reranking', '/v1/rerank'],
  ['images', '/v1/images/generations'],
  ['speech', '/v1/audio/speech'],
  ['transcription', '/v1/audio/transcriptions'],
] as const satisfies [keyof FoundModel, string][]

const nameOf = ({ upstreamModel, model }: Conversation) => upstreamModel ?? model

/** Whether a model answers texts with texts. */
export const canChat = ({ input, output }: ModelCard) =>
  input.includes('text') && output.includes('text')

/** When its upstream says that a model nobody listed does not exist, the caller learns of names like it. */
export async function withNearestNames(
  thrown: unknown,
  { standing, asked, mayUse }: ChattingModel & Pick<Asking, 'mayUse'>,
  services: Services,
): Promise<unknown> {
  const told = await toldOfNames(thrown, { name: nameOf(asked), standing, mayUse }, services)
  return aboutName(told, asked)
}
