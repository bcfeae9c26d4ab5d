import type { Conversation } from '../../conversation/conversation.ts'
import type { ChatModel, ModelCard } from '../../ports/models.ts'
import type { Speech } from '../../ports/speech.ts'
import { citing } from '../knowledge/cite-passages.ts'
import { marksSources } from '../knowledge/knowledge.ts'
import { answeringJson } from './json-answers.ts'
import { speaking } from './spoken-answers.ts'

/** What the model of a conversation lacks and somebody else can make good. */
export interface Shaping {
  card: ModelCard
  speech?: Speech
}

/** The model, answering in the form the conversation asks for: JSON that is JSON, words that are spoken, sources that are named. */
export function shapeAnswers(
  chat: ChatModel,
  { output, audio, grounding }: Conversation,
  { card, speech }: Shaping,
): ChatModel {
  const needsHelp = output && output.type !== 'text' && !card.traits.keepsForm
  const formed = needsHelp ? answeringJson(chat, output) : chat
  const speaksItself = card.output.includes('audio')
  const spoken = audio && speech && !speaksItself ? speaking(formed, audio, speech) : formed
  if (!grounding) return spoken
  return citing(spoken, { grounding, marks: marksSources({ output, audio }) })
}
