import type { Conversation } from '../../conversation/conversation.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import { openaiCompletionsClient } from '../../dialects/openai-completions/client.ts'
import { isWords } from '../../dialects/openai-completions/encode-request.ts'
import { NAME as COMPLETIONS } from '../../dialects/openai-completions/extras.ts'
import { openaiResponsesClient } from '../../dialects/openai-responses/client.ts'
import { NAME as RESPONSES } from '../../dialects/openai-responses/extras.ts'
import { GatewayError } from '../../errors.ts'
import type { ChatModel, FoundModel, ModelCard } from '../../ports/models.ts'
import { createChatModel } from './chat.ts'
import type { UpstreamClient } from './client.ts'
import { createEmbeddingModel } from './embeddings.ts'
import { createImageModel } from './images.ts'
import { type Kind, kindOf } from './kinds.ts'
import { createSpeechModel } from './speech.ts'
import { createTranscriptionModel } from './transcription.ts'

/** What models are made with. */
export interface ModelDependencies {
  client: UpstreamClient
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

type Abilities = Omit<FoundModel, 'card' | 'standing'>

/** What can be asked of a model, as far as its name tells. */
export function abilitiesOf(card: ModelCard, dependencies: ModelDependencies): Abilities {
  return ABILITIES[kindOf(card.id, dependencies.client.upstream)](card, dependencies)
}

type Ability = (card: ModelCard, dependencies: ModelDependencies) => Abilities

const talkOf = (card: ModelCard, dependencies: ModelDependencies): ChatModel =>
  createChatModel({
    ...dependencies,
    card,
    path: '/chat/completions',
    dialect: openaiChat.client,
  })

const responseOf = (card: ModelCard, dependencies: ModelDependencies): ChatModel =>
  createChatModel({
    ...dependencies,
    card,
    path: '/responses',
    dialect: openaiResponsesClient,
  })

const chatOf: Ability = (card, dependencies) => ({
  chat: talkOf(card, dependencies),
  // Thoughts come back by OpenAI's newer API alone; other servers that speak OpenAI's language may not know it.
  ...(dependencies.client.upstream.isOpenai && {
    lanes: { [RESPONSES]: responseOf(card, dependencies) },
  }),
})

const completionOf = (card: ModelCard, dependencies: ModelDependencies): ChatModel =>
  createChatModel({
    ...dependencies,
    card,
    path: '/completions',
    dialect: openaiCompletionsClient,
  })

const embeddingOf: Ability = (card, { client }) => ({
  embeddings: createEmbeddingModel(client, card),
})
const imageOf: Ability = (card, { client }) => ({ images: createImageModel(client, card) })
const speechOf: Ability = (card, { client }) => ({ speech: createSpeechModel(client, card) })
const transcriptionOf: Ability = (card, { client }) => ({
  transcription: createTranscriptionModel(client, card),
})

const ABILITIES: Record<Kind, Ability> = {
  chat: chatOf,
  response: (card, dependencies) => ({ chat: responseOf(card, dependencies) }),
  completion: (card, dependencies) => ({
    chat: refusing(card),
    lanes: { [COMPLETIONS]: completionOf(card, dependencies) },
  }),
  embedding: embeddingOf,
  image: imageOf,
  speech: speechOf,
  transcription: transcriptionOf,
  any: (card, dependencies) => {
    const chat = talkOf(card, dependencies)
    const completion = completionOf(card, dependencies)
    return {
      chat,
      // Who completes wants no template for chats around the prompt; files have no other way in.
      lanes: { [COMPLETIONS]: choosing(isWords, completion, chat) },
      ...embeddingOf(card, dependencies),
      ...imageOf(card, dependencies),
      ...speechOf(card, dependencies),
      ...transcriptionOf(card, dependencies),
    }
  },
  other: () => ({}),
}

function choosing(
  suits: (conversation: Conversation) => boolean,
  first: ChatModel,
  second: ChatModel,
): ChatModel {
  const of = (conversation: Conversation) => (suits(conversation) ? first : second)
  return {
    reply: (conversation, call) => of(conversation).reply(conversation, call),
    stream: (conversation, call) => of(conversation).stream(conversation, call),
  }
}

/** As OpenAI says it itself (recorded for gpt-3.5-turbo-instruct). */
function refusing({ id }: ModelCard): ChatModel {
  const refuse = async (): Promise<never> => {
    throw new GatewayError(
      'invalid-request',
      `The model \`${id}\` is not a chat model. Use it with /v1/completions.`,
      { param: 'model', reason: 'model_not_supported' },
    )
  }
  return { reply: refuse, stream: refuse }
}
