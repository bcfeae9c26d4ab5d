import { withFirstRead } from '../../codecs/streams/first-read.ts'
import type { Conversation } from '../../conversation/conversation.ts'
import { replay } from '../../conversation/replay.ts'
import type { ClientSide, EncodedRequest } from '../../dialects/dialect.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ModelCard, ReplyStream } from '../../ports/models.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import { replyStream } from '../reply-stream.ts'
import { readJson, servedBy, unreadable } from './answers.ts'
import type { UpstreamClient } from './client.ts'

/** A model that is asked in one dialect at one path of its server. */
interface ChatPlace {
  client: UpstreamClient
  card: ModelCard
  path: string
  dialect: ClientSide
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

interface Posted {
  response: UpstreamResponse
  encoded: EncodedRequest
  attempts: number
}

/** Names that are remembered; callers make them up, so there must be an end. */
const MOST_NAMES = 2000

export function createChatModel(place: ChatPlace): ChatModel {
  const { client, card, dialect, path, firstFrameWait } = place
  const { hidesUsage } = client

  const post = async (conversation: Conversation, call: Call): Promise<Posted> => {
    const encoded = dialect.encodeRequest(conversation, card)
    const accept = conversation.stream ? 'text/event-stream' : 'application/json'
    const ask = (body: EncodedRequest['body']) => {
      const question = { path, body: JSON.stringify(body), accept, trace: call.trace }
      return client.ask(question, call.signal)
    }
    // Who asks for it is told that this server refuses; for the books alone it can be done without.
    const isOurs = conversation.stream && !conversation.streamUsage
    if (isOurs && hidesUsage.has(card.id)) {
      return { response: await ask(withoutUsage(encoded.body)), encoded, attempts: 1 }
    }
    try {
      return { response: await ask(encoded.body), encoded, attempts: 1 }
    } catch (thrown) {
      if (!isOurs || !refusesUsage(thrown)) throw thrown
      const response = await ask(withoutUsage(encoded.body))
      if (hidesUsage.size >= MOST_NAMES) hidesUsage.clear()
      hidesUsage.add(card.id)
      return { response, encoded, attempts: 2 }
    }
  }
  return {
    async reply(conversation, call) {
      const { response, encoded } = await post(conversation, call)
      const reply = dialect.decodeReply(await readJson(response), encoded.undo)
      return { reply, served: servedBy(client.upstream, card.id, encoded.ignored) }
    },
    async stream(conversation, call) {
      const { response, encoded, attempts } = await post(conversation, call)
      const opened = await openStream(response, dialect, encoded)
      // Until its first events are in, an error frame is still an HTTP error.
      const begun = await withFirstRead(opened, firstFrameWait)
      const spokenByOthers = conversation.audio && !card.output.includes('audio')
      return {
        events: spokenByOthers ? withoutVerbatim(begun) : begun,
        served: { ...servedBy(client.upstream, card.id, encoded.ignored), attempts },
      }
    },
  }
}

/** Azure's older versions, Mistral and others take no `stream_options`, or not what OpenAI has in it. */
const refusesUsage = (thrown: unknown): boolean =>
  thrown instanceof GatewayError &&
  (thrown.code === 'invalid-request' || thrown.code === 'unsupported-parameter') &&
  /stream_options|include_usage/.test(`${thrown.param} ${thrown.message}`)

function withoutUsage(body: EncodedRequest['body']): Record<string, unknown> {
  const { stream_options: options, ...rest } = body as Record<string, unknown>
  const { include_usage: _, ...others } = (options ?? {}) as Record<string, unknown>
  return Object.keys(others).length > 0 ? { ...rest, stream_options: others } : rest
}

/** Some servers cannot stream, and answer with one JSON or an error in it; a page is no answer at all. */
async function openStream(
  response: UpstreamResponse,
  dialect: ClientSide,
  { undo }: EncodedRequest,
): Promise<ReplyStream> {
  const type = response.header('content-type') ?? ''
  if (/json/i.test(type)) {
    return onceRead(replay(dialect.decodeReply(await readJson(response), undo)))
  }
  if (!/html/i.test(type)) return replyStream(response, dialect.replyDecoder(undo))
  response.body.cancel()
  throw unreadable(new Error(`a stream was asked for, and ${type} came`))
}

function onceRead(events: ReturnType<typeof replay>): ReplyStream {
  let left: typeof events | undefined = events
  return {
    cancel: () => {
      left = undefined
    },
    async read() {
      const batch = left
      left = undefined
      return batch
    },
  }
}

/** What is changed on its way to the caller must be written anew, from its first event on. */
function withoutVerbatim(events: ReplyStream): ReplyStream {
  return {
    cancel: () => events.cancel(),
    async read() {
      const batch = await events.read()
      return batch && [...batch]
    },
  }
}
