import type { Conversation } from '../../../conversation/conversation.ts'
import { bedrockConverse } from '../../../dialects/bedrock-converse/index.ts'
import type { ChatModel, ModelCard } from '../../../ports/models.ts'
import { amendForCaller, amendTraits } from './amend.ts'
import { changesBetween, faultOf } from './answers.ts'
import type { Draft } from './asking.ts'
import { type Counted, countTokens } from './count-tokens.ts'
import type { Target } from './routed.ts'
import { type ChatDependencies, createRoutedChat } from './routed-chat.ts'

const { client: converse } = bedrockConverse

/** A model that chats by Converse and ConverseStream. */
export const createConverseModel = (dependencies: ChatDependencies, target: Target): ChatModel =>
  createRoutedChat(dependencies, target, {
    reply: 'converse',
    stream: 'converse-stream',
    draft: (conversation) => draftOf(conversation, target.card),
    decode: (body, { undo }) => converse.decodeReply(body, undo),
    decoder: ({ undo }) => converse.replyDecoder(undo),
  })

/** The same of a model for which AWS counts tokens. */
export const createCountedConverseModel = (
  dependencies: ChatDependencies,
  target: Counted,
): ChatModel => ({
  ...createConverseModel(dependencies, target),
  count(conversation, call) {
    const { body } = converse.encodeRequest(conversation, target.card)
    return countTokens(dependencies.client, target, { input: { converse: countable(body) }, call })
  },
})

/** Members that a request to count may have (service model of bedrock-runtime, ConverseTokensRequest). */
const COUNTABLE = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'] as const

function countable(body: unknown): object {
  const told = Object.entries(body as object).filter(([name]) =>
    COUNTABLE.some((one) => one === name),
  )
  return Object.fromEntries(told)
}

/** What is sent, and what one refusal of AWS's may change in it. */
function draftOf(conversation: Conversation, card: ModelCard): Draft<ReturnType<typeof write>> {
  let written = write(conversation, card)
  let hasLearnt = false
  return {
    written: () => written,
    learn(thrown) {
      const fault = hasLearnt ? undefined : faultOf(thrown)
      const traits =
        fault &&
        (amendTraits(card.traits, fault.message) ?? amendForCaller(card.traits, fault.message))
      if (!traits) return undefined
      const amended = write(conversation, { ...card, traits })
      if (amended.text === written.text) return undefined
      hasLearnt = true
      written = amended
      return changesBetween(card.traits, traits)
    },
  }
}

function write(conversation: Conversation, card: ModelCard) {
  const { body, ignored, undo } = converse.encodeRequest(conversation, card)
  return { text: JSON.stringify(body), ignored, undo }
}
