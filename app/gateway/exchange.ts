import type { Conversation } from '../conversation/conversation.ts'
import type { AnswerHead, ServerSide } from '../dialects/dialect.ts'
import type { Call, ChatModel, ReplyStream, Served } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import type { Answer, ExchangeRecord, Heard } from './answer.ts'
import { answerHeaders, ignoredNames } from './answer-headers.ts'
import { withCallerOptions } from './caller-options.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { tokensOfWhole } from './estimate-tokens.ts'
import { governExtraFields } from './extra-fields.ts'
import { findChatModel, withNearestNames } from './find-model.ts'
import { createFrames } from './frames.ts'
import { createKeeper, type Keeper, keepAnswer } from './keep.ts'
import { laneOf } from './lane.ts'
import { addUsage } from './meter.ts'
import { resolveMedia } from './resolve-media.ts'
import { settle } from './settle.ts'
import { shapeAnswers } from './shape-answers.ts'

/** Everything one exchange needs to know on its way. */
interface Exchange {
  conversation: Conversation
  chat: ChatModel
  call: Call
  /** The dialect that answers. */
  server: ServerSide
  head: AnswerHead
  record: ExchangeRecord
  /** Present where the answer is to be kept. */
  keep?: Heard['keep']
}

/** Hears a request in one dialect and answers it, perhaps in another. Throws `GatewayError`. */
export async function exchange(heard: Heard, services: Services): Promise<Answer> {
  const { config } = services
  const decoded = heard.dialect.server.decodeRequest(heard.body)
  const wished = withCallerOptions(governExtraFields(decoded, config), heard, config)
  const finding = findChatModel(wished, services)
  const found = finding instanceof Promise ? await finding : finding
  const { asked, card, by } = found
  const settled = settle(asked, { heard, card, services })
  const server = (heard.answerIn ?? heard.dialect).server
  const operation = heard.operation ?? 'chat'
  const admission = heard.admit?.({
    operation,
    model: settled.model,
    card,
    tokens: () => tokensOfWhole(settled),
  })
  if (admission) await admission
  const deadline = openDeadline(
    asked.stream ? config.FIRST_TOKEN_TIMEOUT : config.AI_RESPONSE_TIMEOUT,
    heard.onLeft,
  )
  try {
    const { signal } = deadline
    const resolving = resolveMedia(settled, { card, services, owner: heard.owner, signal })
    const conversation = resolving instanceof Promise ? await resolving : resolving
    const started: Exchange = {
      conversation,
      chat: shapeAnswers(laneOf(found, heard), conversation, { card, speech: services.speech }),
      server,
      call: { requestId: heard.requestId, signal },
      head: openHead(server, conversation),
      record: { operation, model: conversation.model, resolvedBy: by, stream: conversation.stream },
      keep: conversation.store || heard.keeps ? heard.keep : undefined,
    }
    return await (conversation.stream ? stream(started, deadline) : whole(started, deadline))
  } catch (thrown) {
    throw await withNearestNames(deadline.explain(thrown), found, services)
  } finally {
    deadline.clear()
  }
}

async function whole(exchange: Exchange, deadline: Deadline): Promise<Answer> {
  const { conversation, server, head, record, keep } = exchange
  const answers = await forEachChoice(exchange, deadline, {
    ask: (chat, call) => chat.reply(conversation, call),
  })
  const replies = answers.map((answer) => answer.reply)
  note(exchange, answers[0]!.served)
  record.usage = addUsage(replies.map((reply) => reply.end.usage))
  record.stop = replies[0]!.end.reason
  const body = server.encodeReply(replies, conversation, head)
  if (keep) await keepAnswer(keep, () => ({ head, body }), record)
  return {
    kind: 'whole',
    body,
    headers: answerHeaders(answers[0]!.served, record.ignored, record.usage),
    record,
  }
}

async function stream(exchange: Exchange, deadline: Deadline): Promise<Answer> {
  const { conversation, server, head, record } = exchange
  const answers = await forEachChoice(exchange, deadline, {
    ask: (chat, call) => chat.stream(conversation, call),
    undo: (opened) => opened.events.cancel(),
  })
  note(exchange, answers[0]!.served)
  const streams: ReplyStream[] = answers.map((answer) => answer.events)
  return {
    kind: 'stream',
    frames: createFrames(streams, server.replyEncoder(conversation, head), {
      record,
      keeper: keeperOf(exchange),
    }),
    headers: answerHeaders(answers[0]!.served, record.ignored),
    record,
  }
}

/** Nothing is gathered for callers who do not want it kept. */
function keeperOf({ conversation, server, head, record, keep }: Exchange): Keeper | undefined {
  if (!keep) return undefined
  return createKeeper(conversation.choices ?? 1, (replies) => {
    const answered = () => ({ head, body: server.encodeReply(replies(), conversation, head) })
    return keepAnswer(keep, answered, record)
  })
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

/** Writes down who served, and what had no effect by the caller's own names. */
function note({ conversation, server, record }: Exchange, served: Served): void {
  record.provider = served.provider
  record.servedModel = served.model
  record.region = served.region
  record.attempts = served.attempts
  record.tried = served.tried
  record.ignored = ignoredNames(conversation.ignored, served.ignored, server)
}

function openHead(server: ServerSide, conversation: Conversation): AnswerHead {
  const now = performance.timeOrigin + performance.now()
  return {
    // The time comes first, so that what is kept by its id lies in the order it was asked for.
    id: server.idPrefix + timeHex(now) + randomHex() + randomHex() + randomHex(),
    created: Math.floor(now / 1000),
    model: conversation.model,
  }
}

/** Six hex digits. An id must be unlike all others, not unguessable: whose it is decides who may read it. */
const randomHex = () => hex(Math.random() * 2 ** 24, 6)

/** Fifteen hex digits, of milliseconds and their thousandths: two requests share a millisecond easily. */
function timeHex(now: number): string {
  const upper = Math.floor(now / 2 ** 24)
  return hex(upper, 6) + hex(now - upper * 2 ** 24, 6) + hex((now % 1) * 1000, 3)
}

// Of at most 31 bits: what is larger takes the engine twenty times as long to write.
const hex = (number: number, digits: number) => (number | 0).toString(16).padStart(digits, '0')
