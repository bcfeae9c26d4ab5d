import type { Conversation } from '../conversation/conversation.ts'
import type { ChatModel, ModelCard } from '../ports/models.ts'
import type { Speech } from '../ports/speech.ts'
import { answeringJson } from './json-answers.ts'
import { speaking } from './spoken-answers.ts'

/** What the model of a conversation lacks and somebody else can make good. */
export interface Shaping {
  card: ModelCard
  speech?: Speech
}

/** The model, answering in the form the conversation asks for: JSON that is JSON, words that are spoken. */
export function shapeAnswers(
  chat: ChatModel,
  { output, audio }: Conversation,
  { card, speech }: Shaping,
): ChatModel {
  const formed = output && output.type !== 'text' ? answeringJson(chat, output) : chat
  const speaksItself = card.output.includes('audio')
  return audio && speech && !speaksItself ? speaking(formed, audio, speech) : formed
}
