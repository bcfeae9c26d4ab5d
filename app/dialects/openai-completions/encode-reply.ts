import type { Conversation } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { servedMembers } from '../openai-end-members.ts'
import { guardrailMembers } from '../openai-guardrail.ts'
import { ownOf, ownOfEnd } from './extras.ts'
import { charactersOf } from './logprobs.ts'
import { echoes, usageOf, wordsOf } from './shown.ts'
import { lengthOf, membersOf, tellingOf } from './told.ts'
import { FINISH_REASONS } from './vocabulary.ts'
import type { WireCompletion } from './wire-reply.ts'

/** Whole replies, prompt by prompt, as OpenAI's CreateCompletionResponse. */
export function encodeReply(
  replies: Reply[],
  conversation: Conversation,
  { id, created, model }: AnswerHead,
): WireCompletion {
  const echo = echoes(conversation)
  const isSilent = ownOf(conversation).silent === true
  const ends = replies.map(({ end }) => end)
  const [first] = ends
  const intervened = ends.find(({ guardrail }) => guardrail?.intervened)
  return {
    ...(first && ownOfEnd(first).fields),
    id,
    object: 'text_completion',
    created,
    model,
    choices: replies.map((reply, index) => ({
      ...encodeChoice(reply, { echo: echo(index), isSilent }),
      index,
      finish_reason: FINISH_REASONS[reply.end.reason],
    })),
    usage: usageOf(ends, conversation),
    ...servedMembers(first),
    ...guardrailMembers((intervened ?? first)?.guardrail),
  }
}

/** What a choice says, and what was told of it. */
function encodeChoice(
  { parts, end }: Reply,
  { echo, isSilent }: { echo: string; isSilent: boolean },
): Pick<WireCompletion['choices'][number], 'text' | 'logprobs'> {
  const tellings = parts.flatMap((part) => tellingOf(part) ?? [])
  // Who put the prompt there itself was also asked to say no more than is wanted.
  const isWhole = tellings.some(({ echoed }) => echoed)
  const before = isWhole ? '' : echo
  if (isSilent && !isWhole) return { text: before, logprobs: null }
  const members: Fields = {}
  let offset = charactersOf(before)
  for (const telling of tellings) {
    Object.assign(members, membersOf(telling, offset))
    offset += lengthOf(telling)
  }
  return { logprobs: null, ...members, ...ownOfEnd(end).choice, text: before + wordsOf(parts) }
}
