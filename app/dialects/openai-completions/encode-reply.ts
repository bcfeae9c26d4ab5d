import type { Conversation } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import { guardrailMembers } from '../openai-guardrail.ts'
import { ownOf } from './extras.ts'
import { echoes, usageOf, wordsOf } from './shown.ts'
import { FINISH_REASONS } from './vocabulary.ts'
import type { WireCompletion } from './wire-reply.ts'

/** Whole replies, prompt by prompt, as OpenAI's CreateCompletionResponse. */
export function encodeReply(
  replies: Reply[],
  conversation: Conversation,
  { id, created, model }: AnswerHead,
): WireCompletion {
  const echo = echoes(conversation)
  const { silent } = ownOf(conversation)
  const ends = replies.map(({ end }) => end)
  const [first] = ends
  const intervened = ends.find(({ guardrail }) => guardrail?.intervened)
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: replies.map(({ parts, end }, index) => ({
      text: echo(index) + (silent ? '' : wordsOf(parts)),
      index,
      logprobs: null,
      finish_reason: FINISH_REASONS[end.reason],
    })),
    usage: usageOf(ends, conversation),
    ...(first?.serviceTier && { service_tier: first.serviceTier }),
    ...guardrailMembers((intervened ?? first)?.guardrail),
  }
}
