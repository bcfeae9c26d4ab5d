import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyBatch, ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import { servedMember } from '../openai-end-members.ts'
import { encodeError } from '../openai-error.ts'
import { type ChoiceStream, openChoice } from './choice-state.ts'
import { endChoice, writeDelta, writePart } from './choice-stream.ts'
import { type Fields, NAME, ownOf } from './extras.ts'
import { mannerOf, type OpenaiChatOptions } from './manner.ts'
import { relayed } from './relay.ts'
import { replyUsage } from './usage.ts'

/**
 * Streamed replies as OpenAI's CreateChatCompletionStreamResponse. The envelope of the chunks is built
 * once; per delta only its text is made into JSON.
 */
export function createStreamEncoding(options: OpenaiChatOptions) {
  return (conversation: Conversation, head: AnswerHead): ReplyEncoder => {
    const manner = mannerOf(conversation, options)
    const usage = conversation.streamUsage === true
    const names = openNames(head)
    const envelope = `${names},"choices":[`
    // Several answers are several streams, each of which calls itself the first; and what the caller
    // wants hidden or in another form has to be looked for, event by event.
    const { hideReasoning, textFunctions } = manner
    const relays = (conversation.choices ?? 1) === 1 && !hideReasoning && textFunctions.size === 0
    const choices: ChoiceStream[] = []
    const choiceOf = (index: number): ChoiceStream => {
      choices[index] ??= openChoice({ index, envelope, head, manner, usage })
      return choices[index]
    }
    return {
      write(events, choice = 0) {
        const { verbatim } = events
        return relays && verbatim?.dialect === NAME
          ? relay(choiceOf(choice), events, relayed(names, verbatim.text))
          : write(choiceOf(choice), events)
      },
      end: () => closing(choices, envelope, usage),
      fail: (error) => `data: ${JSON.stringify(encodeError(error))}\n\n`,
      keepAlive: ': keep-alive\n\n',
    }
  }
}

/** What every chunk begins with. */
function openNames({ id, created, model }: AnswerHead): string {
  return `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)}`
}

/** The upstream has written it; only its end is remembered. */
function relay(choice: ChoiceStream, events: ReplyBatch, text: string): string {
  choice.started = true
  choice.relayed = true
  const last = events.at(-1)
  if (last?.type === 'reply-end') choice.end = last
  return text
}

function write(choice: ChoiceStream, events: ReplyEvent[]): string {
  let text = ''
  for (const event of events) {
    if (event.type === 'part-delta') text += writeDelta(choice, event.index, event.text)
    else if (event.type === 'reply-end') text += endChoice(choice, event)
    else text += writePart(choice, event)
  }
  return text
}

function closing(choices: ChoiceStream[], envelope: string, usage: boolean): string {
  const ends = choices.map((choice) => choice.end).filter((end) => end !== undefined)
  if (choices[0]?.relayed) {
    // A server that does not count is counted for.
    const isCounted = ends.some((end) => ownOf(end).usage !== undefined)
    return `${usage && !isCounted ? usageChunk(ends, envelope) : ''}data: [DONE]\n\n`
  }
  return `${usage ? usageChunk(ends, envelope) : ''}${ownChunk(ends[0], envelope)}data: [DONE]\n\n`
}

function usageChunk(ends: ReplyEnd[], envelope: string): string {
  const usage = replyUsage(ends)
  const tier = servedMember(ends[0])
  return `${envelope}]${tier},"usage":${JSON.stringify(usage)}}\n\n`
}

/** An upstream's own last words, its moderation results for one. */
function ownChunk(end: ReplyEnd | undefined, envelope: string): string {
  const { system_fingerprint: _, ...fields }: Fields = (end && ownOf(end).fields) ?? {}
  if (Object.keys(fields).length === 0) return ''
  return `${envelope}],${JSON.stringify(fields).slice(1)}\n\n`
}
