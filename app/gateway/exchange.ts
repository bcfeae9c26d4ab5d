import { exactNow } from '../codecs/exact-now.ts'
import { stage } from '../codecs/streams/stage.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { Reply, Usage } from '../conversation/events.ts'
import type { AnswerHead, ReplyEncoder, ServerSide } from '../dialects/dialect.ts'
import type { Call, Served } from '../ports/call.ts'
import type { ChatModel } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import type { Answer, ExchangeRecord, Heard } from './answer.ts'
import { answerHeaders, ignoredNames } from './answers/answer-headers.ts'
import { inByteText } from './answers/byte-frames.ts'
import { createFrames } from './answers/frames.ts'
import { createKeeper, type Keeper, keepAnswer } from './answers/keep.ts'
import { addUsage, countWhole } from './answers/meter.ts'
import { shapeAnswers } from './answers/shape-answers.ts'
import { resolveMedia } from './attachments/resolve-media.ts'
import { askAll, inPlace, type Left, openAll, type Questions, questionsOf } from './batch.ts'
import { withCallerOptions } from './caller-options.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { estimateTokens, tokensOfWhole } from './estimate-tokens.ts'
import { governExtraFields } from './extra-fields.ts'
import { consult } from './knowledge/knowledge.ts'
import { hasLane, laneOf } from './lane.ts'
import { type ChattingModel, findChatModel, withNearestNames } from './names/find-model.ts'
import { askedAloud } from './operations/asked-aloud.ts'
import { settle } from './settle.ts'

/** Everything one exchange needs to know on its way. */
interface Exchange {
  conversation: Conversation
  chat: ChatModel
  call: Call
  /** The dialect that answers. */
  server: ServerSide
  /** The dialect that was heard, in whose words the caller is told what had no effect. */
  heard: ServerSide
  /** Streams go out in the binary form of the dialect. */
  binary: boolean
  head: AnswerHead
  record: ExchangeRecord
  /** Questions that are asked at the same time. */
  atOnce: number
  /** Present where the answer is to be kept. */
  keep?: Heard['keep']
  keepBroken?: Heard['keepBroken']
}

/** Hears a request in one dialect and answers it, perhaps in another. Throws `GatewayError`. */
export async function exchange(heard: Heard, services: Services): Promise<Answer> {
  const { config } = services
  const decoded = hear(heard)
  await stage
  const { guardrail } = heard.dialect.server.settingNames ?? {}
  const wished = withCallerOptions(governExtraFields(decoded, config, guardrail), heard, config)
  const finding = findChatModel(wished, services, heard)
  const found = finding instanceof Promise ? await finding : finding
  const { asked, card } = found
  const record = openRecord(found, heard)
  const settled = settle(asked, { heard, card, services, speaksIt: hasLane(found, heard) })
  // Who cannot be spoken for is told before anybody is paid.
  if (settled.audio && !card.output.includes('audio')) await services.speech?.ready?.(settled.audio)
  await stage
  const server = (heard.answerIn ?? heard.dialect).server
  const input = estimateOnce(settled)
  const admission = heard.admit?.({
    operation: record.operation,
    model: settled.model,
    card,
    tokens: () => tokensOfWhole(settled, input()),
    input,
  })
  if (admission) await admission
  const deadline = openDeadline(
    asked.stream ? config.FIRST_TOKEN_TIMEOUT : config.AI_RESPONSE_TIMEOUT,
    heard.onLeft,
    services.runtime.alarm,
  )
  try {
    const { signal } = deadline
    const known =
      settled.knowledge && (await consult(settled, { heard, model: found, services, signal }))
    const told = known?.conversation ?? settled
    const resolving = resolveMedia(told, { card, services, owner: heard.owner, signal })
    const conversation = resolving instanceof Promise ? await resolving : resolving
    record.provider = card.provider
    const started: Exchange = {
      conversation,
      chat:
        known?.chat ??
        shapeAnswers(askedAloud(laneOf(found, heard), heard.onText), conversation, {
          card,
          speech: services.speech,
          record,
        }),
      server,
      heard: heard.dialect.server,
      binary: heard.binary === true && server.byteReplyEncoder !== undefined,
      call: { requestId: heard.requestId, signal, as: heard.as, trace: heard.trace },
      head: openHead(server, conversation, heard),
      atOnce: config.MAX_CONCURRENT_PROMPTS,
      record,
      keep: conversation.store || heard.keeps ? heard.keep : undefined,
      keepBroken: heard.keepBroken,
    }
    return await (conversation.stream ? stream(started, deadline) : whole(started, deadline))
  } catch (thrown) {
    const error = inPlace(deadline.explain(thrown), settled, heard.dialect.server)
    throw await withNearestNames(error, { ...found, mayUse: heard.mayUse }, services)
  } finally {
    deadline.clear()
  }
}

/** What is written down of this exchange; whoever wants it has it from the beginning. */
function openRecord({ asked, card, by }: ChattingModel, heard: Heard): ExchangeRecord {
  const { model, stream, user } = asked
  const operation = heard.operation ?? 'chat'
  const record: ExchangeRecord = {
    operation,
    model,
    modelId: card.id,
    resolvedBy: by,
    stream,
    user,
  }
  heard.begun?.(record)
  return record
}

/** Several want to know about how much is read, and to tell takes a look at every letter. */
function estimateOnce(conversation: Conversation): () => number {
  let tokens: number | undefined
  return () => {
    tokens ??= estimateTokens(conversation)
    return tokens
  }
}

/** What was asked, less what the dialect of the answer has no room for. */
function hear({ dialect, answerIn, body }: Heard): Conversation {
  const decoded = dialect.server.decodeRequest(body)
  if (answerIn === undefined || answerIn.name === dialect.name) return decoded
  return answerIn.server.answerable?.(decoded) ?? decoded
}

async function whole(exchange: Exchange, deadline: Deadline): Promise<Answer> {
  const { conversation, server, head, record, keep } = exchange
  record.askedAt = performance.now()
  const asked = questionsIn<Awaited<ReturnType<ChatModel['reply']>>>(
    exchange,
    deadline,
    ({ answer, question }) =>
      answer ? countWhole(answer.reply, question).end.usage : readOnly(question),
  )
  const answers = await askAll(asked, (question) => exchange.chat.reply(question, exchange.call))
  record.answeredAt = performance.now()
  const replies = answers.map(({ reply }, index) => countWhole(reply, asked.questions[index]!))
  note(exchange, answers[0]!.served)
  record.usage = addUsage(replies.map((reply) => reply.end.usage))
  record.stop = replies[0]!.end.reason
  record.serviceTier = replies[0]!.end.serviceTier
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
  const { record } = exchange
  const asked = questionsIn<Awaited<ReturnType<ChatModel['stream']>>>(
    exchange,
    deadline,
    ({ question }) => readOnly(question),
  )
  record.askedAt = performance.now()
  const { first, streams } = await openAll(asked, (question, signal) =>
    exchange.chat.stream(question, signal ? { ...exchange.call, signal } : exchange.call),
  )
  record.answeredAt = performance.now()
  note(exchange, first.served)
  return {
    kind: 'stream',
    ...(exchange.binary && { binary: true }),
    frames: createFrames(streams, encoderOf(exchange), {
      record,
      keeper: keeperOf(exchange),
      estimateInput: (index) => estimateTokens(asked.questions[index]!),
    }),
    headers: answerHeaders(first.served, record.ignored),
    record,
  }
}

function encoderOf({ conversation, server, head, binary }: Exchange): ReplyEncoder {
  const bytes = binary ? server.byteReplyEncoder?.(conversation, head) : undefined
  return bytes ? inByteText(bytes) : server.replyEncoder(conversation, head)
}

/** Nothing is gathered for callers who do not want it kept. */
function keeperOf(exchange: Exchange): Keeper | undefined {
  const { conversation, server, head, record, keep, keepBroken } = exchange
  if (!keep) return undefined
  const answered = (replies: Reply[]) => ({
    head,
    body: server.encodeReply(replies, conversation, head),
  })
  return createKeeper(conversation.choices ?? 1, {
    keep: (replies) => keepAnswer(keep, () => answered(replies()), record),
    ...(keepBroken && {
      keepBroken: async (replies, why) => keepBroken(answered(replies()), why),
    }),
  })
}

/** `costOf` tells what one costs that was asked in vain, since another failed. */
function questionsIn<T>(
  { conversation, atOnce, record, call }: Exchange,
  deadline: Deadline,
  costOf: (left: Left<T>) => Usage,
): Questions<T> {
  return {
    questions: questionsOf(conversation),
    atOnce,
    abort: () => deadline.abort(),
    wasted(left) {
      // What was on its way is likely to fail alike, unless it is the caller who left or the time that is up.
      const paid = left.filter(({ answer }) => answer !== undefined || call.signal.aborted)
      if (paid.length > 0) record.usage = addUsage(paid.map(costOf))
    },
  }
}

/** What a model that was never listened to has cost: it had read all the same (T51). */
const readOnly = (question: Conversation): Usage => ({
  input: estimateTokens(question),
  output: 0,
  estimated: true,
})

/** Writes down who served, and what had no effect by the caller's own names. */
function note({ conversation, heard, record }: Exchange, served: Served): void {
  record.provider = served.provider
  record.servedModel = served.model
  record.region = served.region
  record.attempts = served.attempts
  record.tried = served.tried
  const words = served.ignored.length > 0 ? wordsOf(heard, conversation) : heard
  record.ignored = ignoredNames(conversation.ignored, served.ignored, words)
}

/** What this very caller calls settings; of two names he had the choice. */
const wordsOf = (heard: ServerSide, conversation: Conversation) => ({
  settingNames: { ...heard.settingNames, ...heard.ownNames?.(conversation) },
})

function openHead(
  server: ServerSide,
  { model }: Conversation,
  { id = newAnswerId(server), requestId }: Pick<Heard, 'id' | 'requestId'>,
): AnswerHead {
  return { id, created: seconds(), model, requestId, now: seconds }
}

/** The time comes first, so that what is kept by its id lies in the order it was asked for. */
export function newAnswerId({ idPrefix }: Pick<ServerSide, 'idPrefix'>): string {
  const now = exactNow()
  return idPrefix + timeHex(now) + randomHex() + randomHex() + randomHex()
}

const seconds = () => Math.floor(Date.now() / 1000)

/** Six hex digits. An id must be unlike all others, not unguessable: whose it is decides who may read it. */
const randomHex = () => hex(Math.random() * 2 ** 24, 6)

/** Fifteen hex digits, of milliseconds and their thousandths: two requests share a millisecond easily. */
function timeHex(now: number): string {
  const upper = Math.floor(now / 2 ** 24)
  return hex(upper, 6) + hex(now - upper * 2 ** 24, 6) + hex((now % 1) * 1000, 3)
}

// Of at most 31 bits: what is larger takes the engine twenty times as long to write.
const hex = (number: number, digits: number) => (number | 0).toString(16).padStart(digits, '0')
