import { withFirstRead } from '../../codecs/streams/first-read.ts'
import type { Conversation } from '../../conversation/conversation.ts'
import { replay } from '../../conversation/replay.ts'
import type { ClientSide, EncodedRequest } from '../../dialects/dialect.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ModelCard, ReplyStream } from '../../ports/models.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import { replyStream } from '../reply-stream.ts'
import { readJson, servedBy, unreadable } from './answers.ts'
import type { UpstreamClient } from './client.ts'

/** A model that is asked in one dialect at one path of its server. */
export interface ChatPlace {
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
}

export function createChatModel(place: ChatPlace): ChatModel {
  const { client, card, dialect, path, firstFrameWait } = place

  const post = async (conversation: Conversation, call: Call): Promise<Posted> => {
    const encoded = dialect.encodeRequest(conversation, card)
    const accept = conversation.stream ? 'text/event-stream' : 'application/json'
    const question = { path, body: JSON.stringify(encoded.body), accept, trace: call.trace }
    return { response: await client.ask(question, call.signal), encoded }
  }
  return {
    async reply(conversation, call) {
      const { response, encoded } = await post(conversation, call)
      const reply = dialect.decodeReply(await readJson(response), encoded.undo)
      return { reply, served: servedBy(client.upstream, card.id, encoded.ignored) }
    },
    async stream(conversation, call) {
      const { response, encoded } = await post(conversation, call)
      const opened = await openStream(response, dialect, encoded)
      // Until its first events are in, an error frame is still an HTTP error.
      const begun = await withFirstRead(opened, firstFrameWait)
      const spokenByOthers = conversation.audio && !card.output.includes('audio')
      return {
        events: spokenByOthers ? withoutVerbatim(begun) : begun,
        served: servedBy(client.upstream, card.id, encoded.ignored),
      }
    },
  }
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
