import type { Conversation } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { ChatModel, FoundModel, ModelCard } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import { withAlias, withDefaults } from './model-params.ts'
import { notFound, type ResolvedBy, resolveModel } from './resolve-model.ts'

/** A model that can be talked to, and how its name led to it. */
export interface ChattingModel extends FoundModel {
  chat: ChatModel
  by: ResolvedBy
  /** What was asked, with what the operator says of the name and of the model. */
  asked: Conversation
}

/** The model a conversation asks for, able to chat. Throws as `resolveModel`, and 400 for one that cannot. */
export async function findChatModel(
  conversation: Conversation,
  services: Services,
): Promise<ChattingModel> {
  const name = conversation.upstreamModel ?? conversation.model
  const { found, by, alias } = await resolveModel(name, services, {
    owner: conversation.modelProvider,
    suits: canChat,
  })
  const { card, chat, standing } = found
  if (chat) {
    const { DEFAULT_MODEL_PARAMS } = services.config
    const asked = withDefaults(withAlias(conversation, alias), card, DEFAULT_MODEL_PARAMS)
    if (standing !== 'unlisted') return { ...found, chat, by, asked }
    const explain = (model: ChatModel) => withNearestNames(model, name, services)
    const lanes = Object.entries(found.lanes ?? {}).map(([key, lane]) => [key, explain(lane)])
    return { ...found, chat: explain(chat), lanes: Object.fromEntries(lanes), by, asked }
  }
  throw new GatewayError('invalid-request', `The model \`${name}\` is not a chat model.`, {
    param: 'model',
    reason: 'model_not_supported',
  })
}

const canChat = ({ input, output }: ModelCard) => input.includes('text') && output.includes('text')

/** A model that may not exist: when its upstream says so, the caller learns of names like its own. */
function withNearestNames(model: ChatModel, name: string, services: Services): ChatModel {
  const explain = async (thrown: unknown): Promise<never> => {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'model-not-found') throw thrown
    const { message } = await notFound(name, services)
    throw new GatewayError('model-not-found', message, { ...thrown, cause: thrown.cause })
  }
  return {
    ...model,
    reply: (conversation, call) => model.reply(conversation, call).catch(explain),
    stream: (conversation, call) => model.stream(conversation, call).catch(explain),
  }
}
