import type { Conversation } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { ChatModel, FoundModel, ModelCard } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'

/** The first provider's model of this name. Throws 404 `model-not-found`. */
export async function findModel(name: string, services: Services): Promise<FoundModel> {
  for (const provider of services.providers) {
    const asked = provider.find(name)
    const found = asked instanceof Promise ? await asked : asked
    if (found) return found
  }
  throw new GatewayError(
    'model-not-found',
    `The model \`${name}\` does not exist or you do not have access to it.`,
    { param: 'model' },
  )
}

/** A model that can be talked to. */
export type ChattingModel = Pick<FoundModel, 'card' | 'lanes'> & { chat: ChatModel }

/** The model a conversation asks for, able to chat. */
export async function findChatModel(
  conversation: Conversation,
  services: Services,
): Promise<ChattingModel> {
  const name = conversation.upstreamModel ?? conversation.model
  const { card, chat, lanes } = await findModel(name, services)
  if (chat) return { card, chat, lanes }
  throw new GatewayError('invalid-request', `The model \`${name}\` is not a chat model.`, {
    param: 'model',
    reason: 'model_not_supported',
  })
}

/** Every model of every provider, each id once. */
export async function listModels(services: Services): Promise<ModelCard[]> {
  const lists = await Promise.all(services.providers.map((provider) => provider.list()))
  return [...new Map(lists.flat().map((card) => [card.id, card])).values()]
}
