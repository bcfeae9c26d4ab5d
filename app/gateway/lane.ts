import type { ChatModel } from '../ports/models.ts'
import type { Heard } from './answer.ts'
import type { ChattingModel } from './names/find-model.ts'

/** Who is asked: where the caller speaks a dialect of the model's own and is answered in it, its lane. */
export function laneOf(
  model: Pick<ChattingModel, 'chat' | 'lanes'>,
  heard: Pick<Heard, 'dialect' | 'answerIn'>,
): ChatModel {
  return ownLane(model, heard) ?? model.chat
}

/** Whether the model is asked in the caller's own dialect. */
export const hasLane = (
  model: Pick<ChattingModel, 'lanes'>,
  heard: Pick<Heard, 'dialect' | 'answerIn'>,
): boolean => ownLane(model, heard) !== undefined

function ownLane(
  { lanes }: Pick<ChattingModel, 'lanes'>,
  { dialect, answerIn }: Pick<Heard, 'dialect' | 'answerIn'>,
): ChatModel | undefined {
  const isAnswered = answerIn === undefined || answerIn.name === dialect.name
  return isAnswered ? lanes?.[dialect.name] : undefined
}
