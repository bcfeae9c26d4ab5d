import type { Conversation } from '../../conversation/conversation.ts'
import type { ChatModel, ModelCard } from '../../ports/models.ts'
import type { Speech } from '../../ports/speech.ts'
import type { ExchangeRecord } from '../answer.ts'
import { citing } from '../knowledge/cite-passages.ts'
import { marksSources } from '../knowledge/knowledge.ts'
import { answeringJson } from './json-answers.ts'
import { addUsage, countWhole } from './meter.ts'
import { speaking } from './spoken-answers.ts'

/** What the model of a conversation lacks and somebody else can make good. */
interface Shaping {
  card: ModelCard
  speech?: Speech
  /** Is told what replies cost that nothing may come of. */
  record: ExchangeRecord
}

/** The model, answering in the form the conversation asks for: JSON that is JSON, words that are spoken, sources that are named. */
export function shapeAnswers(
  chat: ChatModel,
  { output, audio, grounding, choices = 1, batch }: Conversation,
  { card, speech, record }: Shaping,
): ChatModel {
  const format = output && output.type !== 'text' && !card.traits.keepsForm ? output : undefined
  const voice = card.output.includes('audio') ? undefined : speech
  // Where one reply is all of the answer, the answer tells what it cost.
  const isMore = format || (audio && voice) || choices > 1 || batch
  const billed = isMore ? withBills(chat, record) : chat
  const formed = format ? answeringJson(billed, format) : billed
  const spoken = audio && voice ? speaking(formed, audio, voice) : formed
  if (!grounding) return spoken
  return citing(spoken, { grounding, marks: marksSources({ output, audio }) })
}

/** The same model, whose whole replies are on the bill as soon as they are there, whatever becomes of the answer. */
function withBills(chat: ChatModel, record: ExchangeRecord): ChatModel {
  return {
    ...chat,
    async reply(conversation, call) {
      const answer = await chat.reply(conversation, call)
      const { reply, served } = answer
      const { usage } = reply.end
      countWhole(reply, conversation)
      record.usage = record.usage ? addUsage([record.usage, usage]) : usage
      record.provider = served.provider
      record.servedModel = served.model
      record.region = served.region
      record.serviceTier = reply.end.serviceTier
      return answer
    },
  }
}
