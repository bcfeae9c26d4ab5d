import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import { guardrailMember, tierMember } from '../openai-end-members.ts'
import { encodeError } from '../openai-error.ts'
import { ownOf } from './extras.ts'
import { echoes, usageOf, wordsIn } from './shown.ts'
import { FINISH_REASONS } from './vocabulary.ts'

/** What all chunks of one answer have in common. */
interface Stream {
  conversation: Conversation
  /** Everything of a chunk before its choices. */
  envelope: string
  /** The member that says that usage comes last, or nothing. */
  usageMember: string
  /** What follows the text of a choice that goes on. */
  close: string
  isSilent: boolean
  echo(index: number): string
  choices: Choice[]
}

/** One choice on its way. */
interface Choice {
  /** `data: {...,"choices":[{"index":0,"text":` */
  open: string
  /** Parts whose text is shown. */
  texts: Set<number>
  end?: ReplyEnd
}

/**
 * Streamed replies as OpenAI's CreateCompletionResponse, one choice a chunk. The envelope is built once;
 * per delta only its text is made into JSON.
 */
export function replyEncoder(conversation: Conversation, head: AnswerHead): ReplyEncoder {
  const stream = openStream(conversation, head)
  const { choices } = stream
  return {
    write(events, index = 0) {
      let text = ''
      if (choices[index] === undefined) {
        choices[index] = { open: `${stream.envelope}{"index":${index},"text":`, texts: new Set() }
        text = writeText(stream, choices[index], stream.echo(index))
      }
      for (const event of events) text += writeEvent(stream, choices[index], event)
      return text
    },
    end: () => `${usageChunk(stream)}data: [DONE]\n\n`,
    fail: (error) => `data: ${JSON.stringify(encodeError(error))}\n\n`,
    keepAlive: ': keep-alive\n\n',
  }
}

function openStream(conversation: Conversation, { id, created, model }: AnswerHead): Stream {
  const usageMember = conversation.streamUsage ? ',"usage":null' : ''
  return {
    conversation,
    envelope: `data: {"id":${JSON.stringify(id)},"object":"text_completion","created":${created},"model":${JSON.stringify(model)},"choices":[`,
    usageMember,
    close: `,"logprobs":null,"finish_reason":null}]${usageMember}}\n\n`,
    isSilent: ownOf(conversation).silent === true,
    echo: echoes(conversation),
    choices: [],
  }
}

function writeText({ close }: Stream, { open }: Choice, text: string): string {
  return text === '' ? '' : open + JSON.stringify(text) + close
}

function writeEvent(stream: Stream, choice: Choice, event: ReplyEvent): string {
  switch (event.type) {
    case 'part-delta':
      return choice.texts.has(event.index) ? writeText(stream, choice, event.text) : ''
    case 'part-start':
      if (stream.isSilent) return ''
      if (event.part.type === 'text') choice.texts.add(event.index)
      if (event.part.type !== 'whole') return ''
      return writeText(stream, choice, wordsIn(event.part.part))
    case 'reply-end':
      choice.end = event
      return writeEnd(stream, choice, event)
    default:
      return ''
  }
}

function writeEnd({ usageMember }: Stream, { open }: Choice, end: ReplyEnd): string {
  const reason = FINISH_REASONS[end.reason]
  const tail = `]${tierMember(end)}${guardrailMember(end)}${usageMember}}\n\n`
  return `${open}"","logprobs":null,"finish_reason":"${reason}"}${tail}`
}

function usageChunk({ conversation, envelope, choices }: Stream): string {
  if (!conversation.streamUsage) return ''
  const ends = choices.flatMap(({ end }) => end ?? [])
  const usage = JSON.stringify(usageOf(ends, conversation))
  return `${envelope}]${tierMember(ends[0])},"usage":${usage}}\n\n`
}
