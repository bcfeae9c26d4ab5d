import type { Conversation } from '../../conversation/conversation.ts'
import type { ChatModel, ModelCard } from '../../ports/models.ts'
import { oneVideo } from '../one-video.ts'
import { requireConverse } from './converse-rules.ts'

/** Whoever throws on conversations that nobody would answer. */
type Check = (conversation: Conversation) => void

/** The same model, which is asked nothing that the check refuses. */
function checked(chat: ChatModel, check: Check): ChatModel {
  return {
    ...chat,
    async reply(conversation, call) {
      check(conversation)
      return chat.reply(conversation, call)
    },
    async stream(conversation, call) {
      check(conversation)
      return chat.stream(conversation, call)
    },
  }
}

/** Names of models that answer about one video, and are asked so here too. */
const ABOUT_A_VIDEO = /\btwelvelabs\.pegasus-/i

export const isAboutVideo = (name: string): boolean => ABOUT_A_VIDEO.test(name)

/** As strict about what it can be asked as the model whose name it has. */
export function strictAsNamed(chat: ChatModel, card: ModelCard): ChatModel {
  return isAboutVideo(card.id) ? checked(chat, (asked) => void oneVideo(asked, card)) : chat
}

/** As strict about its messages as Bedrock's Converse, in its words. */
export const strictAsConverse = (chat: ChatModel): ChatModel => checked(chat, requireConverse)
