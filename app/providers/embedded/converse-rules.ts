import type { Conversation, Turn } from '../../conversation/conversation.ts'
import { heardBody } from '../../dialects/bedrock-converse/heard.ts'
import { GatewayError } from '../../errors.ts'

/**
 * What Bedrock refuses of a Converse request whoever its model is, in Bedrock's sentences: that of stop sequences is
 * recorded, the others are those its callers report (elastic/kibana#246393 for no message at all, vercel/ai's tests
 * for an empty one, many for tools). Turns of one role in a row are answered: recorded.
 */
export function requireConverse(conversation: Conversation): void {
  const { model, turns, tools } = conversation
  // A managed prompt brings messages of its own.
  if (!model.includes(':prompt/') && turns[0]?.role !== 'user') {
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  }
  turns.forEach(requireContent)
  if (
    tools.length === 0 &&
    turns.some((turn) => callsIn(turn).length + answersIn(turn).length > 0)
  ) {
    throw invalid(
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    )
  }
  turns.forEach(requireAnswers)
  const { stopSequences = [] } = heardBody(conversation)?.inferenceConfig ?? {}
  const blank = stopSequences.findIndex((sequence) => sequence.trim() === '')
  if (blank === -1) return
  throw invalid(
    `The stop sequence value at inferenceConfig.stopSequences.${blank} is blank. Try again with a non blank stop sequence.`,
  )
}

function requireContent({ parts }: Turn, at: number): void {
  if (parts.length === 0) {
    throw invalid(
      `The content field in the Message object at messages.${at} is empty. Add a ContentBlock object to the content field and try again.`,
    )
  }
  const blank = parts.findIndex((part) => part.type === 'text' && part.text.trim() === '')
  if (blank === -1) return
  throw invalid(
    `The text field in the ContentBlock object at messages.${at}.content.${blank} is blank. Add text to the text field, and try again.`,
  )
}

/** Every call is answered in the next message, and nothing else is. */
function requireAnswers(turn: Turn, at: number, turns: readonly Turn[]): void {
  const called = at === 0 ? [] : callsIn(turns[at - 1]!)
  const answered = answersIn(turn)
  if (answered.length > called.length) {
    throw invalid(
      `The number of toolResult blocks at messages.${at}.content exceeds the number of toolUse blocks of previous turn.`,
    )
  }
  const open = called.filter((id) => !answered.includes(id))
  if (open.length === 0) return
  throw invalid(
    `Expected toolResult blocks at messages.${at}.content for the following Ids: ${open.join(', ')}`,
  )
}

/** Ids of calls that the caller shall answer; those of the platform's own tools it answers itself. */
const callsIn = ({ parts }: Turn): string[] =>
  parts.flatMap((part) => (part.type === 'tool-call' && !part.server ? [part.id] : []))

const answersIn = ({ parts }: Turn): string[] =>
  parts.flatMap((part) => (part.type === 'tool-result' && !part.server ? [part.callId] : []))

const invalid = (message: string) => new GatewayError('invalid-request', message)
