import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyBatch, ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { guardrailMember, servedMember } from '../openai-end-members.ts'
import { encodeError } from '../openai-error.ts'
import { ownOf, ownOfEnd } from './extras.ts'
import { charactersOf } from './logprobs.ts'
import { echoes, usageOf, wordsIn } from './shown.ts'
import { lengthOf, membersOf, type Telling, tellingOf } from './told.ts'
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
  choices: Choice[]
}

/** One choice on its way. */
interface Choice {
  /** `data: {...,"choices":[{"index":0,"text":` */
  open: string
  /** Parts whose text is shown. */
  texts: Set<number>
  /** The prompt, until it has been said. */
  echo: string
  isSilent: boolean
  /** Characters before the next token that is told of. */
  offset: number
  end?: ReplyEnd
}

/**
 * Streamed replies as OpenAI's CreateCompletionResponse, one choice a chunk. The envelope is built once;
 * per delta only its text is made into JSON.
 */
export function replyEncoder(conversation: Conversation, head: AnswerHead): ReplyEncoder {
  const stream = openStream(conversation, head)
  const { choices } = stream
  const isSilent = ownOf(conversation).silent === true
  const echoOf = echoes(conversation)
  const openChoice = (index: number): Choice => {
    const echo = echoOf(index)
    const open = `${stream.envelope}{"index":${index},"text":`
    return { open, texts: new Set(), echo, isSilent, offset: charactersOf(echo) }
  }
  return {
    write(events, index = 0) {
      choices[index] ??= openChoice(index)
      return writeEvents(stream, choices[index], events)
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
    choices: [],
  }
}

function writeEvents(stream: Stream, choice: Choice, events: ReplyBatch): string {
  let text = ''
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!
    if (event.type !== 'part-delta') {
      text += writeEvent(stream, choice, event)
      continue
    }
    // What is told about a piece of text comes after it, and goes out with it.
    const telling = tellingIn(events[at + 1])
    if (telling) at += 1
    if (!choice.texts.has(event.index)) continue
    text += telling
      ? writeTold(stream, choice, { text: event.text, telling })
      : writeText(stream, choice, event.text)
  }
  return text
}

const tellingIn = (event: ReplyEvent | undefined): Telling | undefined =>
  event?.type === 'part-start' && event.part.type === 'whole'
    ? tellingOf(event.part.part)
    : undefined

function writeEvent(stream: Stream, choice: Choice, event: ReplyEvent): string {
  if (event.type === 'reply-end') {
    choice.end = event
    return writeEnd(stream, choice, event)
  }
  if (event.type !== 'part-start') return ''
  const telling = tellingIn(event)
  if (telling?.echoed) {
    // Who put the prompt there itself was also asked to say no more than is wanted.
    choice.echo = ''
    choice.offset = 0
    choice.isSilent = false
  }
  if (choice.isSilent) return ''
  if (event.part.type === 'text') choice.texts.add(event.index)
  if (telling) return writeTold(stream, choice, { text: '', telling })
  if (event.part.type !== 'whole') return ''
  const words = wordsIn(event.part.part)
  return words === '' ? '' : writeText(stream, choice, words)
}

function writeText(stream: Stream, choice: Choice, text: string): string {
  return writeEcho(stream, choice) + choice.open + JSON.stringify(text) + stream.close
}

interface ToldText {
  text: string
  telling: Telling
}

/** A piece of text with what is told of it. */
function writeTold(stream: Stream, choice: Choice, { text, telling }: ToldText): string {
  const members = membersOf(telling, choice.offset)
  if (!members) return text === '' ? '' : writeText(stream, choice, text)
  choice.offset += lengthOf(telling)
  const told = membersText({ logprobs: null, ...members })
  const tail = `"finish_reason":null}]${stream.usageMember}}\n\n`
  return `${writeEcho(stream, choice)}${choice.open}${JSON.stringify(text)},${told},${tail}`
}

/** The prompt, before anything else is said. */
function writeEcho({ close }: Stream, choice: Choice): string {
  const { open, echo } = choice
  if (echo === '') return ''
  choice.echo = ''
  return open + JSON.stringify(echo) + close
}

function writeEnd(stream: Stream, choice: Choice, end: ReplyEnd): string {
  const { choice: own, fields } = ownOfEnd(end)
  const reason = FINISH_REASONS[end.reason]
  const told = own ? `,${membersText(own)}` : ''
  const tail = `]${fields ? `,${membersText(fields)}` : ''}${servedMember(end)}${guardrailMember(end)}${stream.usageMember}}\n\n`
  const chunk = `${choice.open}"","logprobs":null,"finish_reason":"${reason}"${told}}${tail}`
  return writeEcho(stream, choice) + chunk
}

const membersText = (members: Fields): string => JSON.stringify(members).slice(1, -1)

function usageChunk({ conversation, envelope, choices }: Stream): string {
  if (!conversation.streamUsage) return ''
  const ends = choices.flatMap(({ end }) => end ?? [])
  const usage = JSON.stringify(usageOf(ends, conversation))
  return `${envelope}]${servedMember(ends[0])},"usage":${usage}}\n\n`
}
