import type { Conversation } from '../conversation/conversation.ts'
import type { AnswerHead, ServerSide } from '../dialects/dialect.ts'
import type { Call, ChatModel, ReplyStream, Served } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import type { Answer, ExchangeRecord, Heard } from './answer.ts'
import { answerHeaders, ignoredNames } from './answer-headers.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { findChatModel } from './find-model.ts'
import { createFrames } from './frames.ts'
import { addUsage } from './meter.ts'
import { resolveMedia } from './resolve-media.ts'

/** Everything one exchange needs to know on its way. */
interface Exchange {
  conversation: Conversation
  chat: ChatModel
  call: Call
  /** The dialect that answers. */
  server: ServerSide
  head: AnswerHead
  record: ExchangeRecord
}

/** Hears a request in one dialect and answers it, perhaps in another. Throws `GatewayError`. */
export async function exchange(heard: Heard, services: Services): Promise<Answer> {
  const asked = heard.dialect.server.decodeRequest(heard.body)
  const { card, chat } = await findChatModel(asked, services)
  const server = (heard.answerIn ?? heard.dialect).server
  const { config } = services
  const deadline = openDeadline(
    asked.stream ? config.FIRST_TOKEN_TIMEOUT : config.AI_RESPONSE_TIMEOUT,
    heard.signal,
  )
  try {
    const conversation = await resolveMedia(asked, {
      card,
      services,
      owner: heard.owner,
      signal: deadline.signal,
    })
    const started: Exchange = {
      conversation,
      chat,
      server,
      call: { requestId: heard.requestId, signal: deadline.signal },
      head: openHead(server, conversation),
      record: { model: conversation.model, stream: conversation.stream },
    }
    return await (conversation.stream ? stream(started, deadline) : whole(started, deadline))
  } catch (thrown) {
    throw deadline.explain(thrown)
  } finally {
    deadline.clear()
  }
}

async function whole(exchange: Exchange, deadline: Deadline): Promise<Answer> {
  const { conversation, server, head, record } = exchange
  const answers = await forEachChoice(exchange, deadline, {
    ask: (chat, call) => chat.reply(conversation, call),
  })
  const replies = answers.map((answer) => answer.reply)
  const ignored = note(exchange, answers[0]!.served)
  record.usage = addUsage(replies.map((reply) => reply.end.usage))
  record.stop = replies[0]!.end.reason
  return {
    kind: 'whole',
    body: server.encodeReply(replies, conversation, head),
    headers: answerHeaders(answers[0]!.served, ignored, record.usage),
    record,
  }
}

async function stream(exchange: Exchange, deadline: Deadline): Promise<Answer> {
  const { conversation, server, head, record } = exchange
  const answers = await forEachChoice(exchange, deadline, {
    ask: (chat, call) => chat.stream(conversation, call),
    undo: (opened) => opened.events.cancel(),
  })
  const ignored = note(exchange, answers[0]!.served)
  const streams: ReplyStream[] = answers.map((answer) => answer.events)
  return {
    kind: 'stream',
    frames: createFrames(streams, server.replyEncoder(conversation, head), record),
    headers: answerHeaders(answers[0]!.served, ignored),
    record,
  }
}

interface Asking<T> {
  ask(chat: ChatModel, call: Call): Promise<T>
  undo?(answer: T): void
}

/** Asks once per choice, all at the same time; when one fails the others are stopped and undone. */
async function forEachChoice<T>(
  { conversation, chat, call }: Exchange,
  deadline: Deadline,
  { ask, undo }: Asking<T>,
): Promise<T[]> {
  const choices = conversation.choices ?? 1
  if (choices === 1) return [await ask(chat, call)]
  const asked = Array.from({ length: choices }, () => ask(chat, call))
  try {
    return await Promise.all(asked)
  } catch (thrown) {
    deadline.abort()
    for (const one of asked) one.then(undo, () => {})
    throw thrown
  }
}

/** Writes down who served; returns the caller's names of what had no effect. */
function note({ conversation, server, record }: Exchange, served: Served): string[] {
  const ignored = ignoredNames(conversation.ignored, served.ignored, server)
  record.provider = served.provider
  record.servedModel = served.model
  record.region = served.region
  record.attempts = served.attempts
  record.ignored = ignored
  return ignored
}

function openHead(server: ServerSide, conversation: Conversation): AnswerHead {
  return {
    id: server.idPrefix + crypto.randomUUID().replaceAll('-', ''),
    created: Math.floor(Date.now() / 1000),
    model: conversation.model,
  }
}
