import type { ChatModel } from '../ports/models.ts'
import type { Heard } from './answer.ts'
import type { ChattingModel } from './find-model.ts'

/** Who is asked: where the caller speaks a dialect of the model's own and is answered in it, its lane. */
export function laneOf(
  { chat, lanes }: Pick<ChattingModel, 'chat' | 'lanes'>,
  { dialect, answerIn }: Pick<Heard, 'dialect' | 'answerIn'>,
): ChatModel {
  const isAnswered = answerIn === undefined || answerIn.name === dialect.name
  return (isAnswered && lanes?.[dialect.name]) || chat
}
