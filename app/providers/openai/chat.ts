import { withFirstRead } from '../../codecs/streams/first-read.ts'
import type { Conversation } from '../../conversation/conversation.ts'
import { replay } from '../../conversation/replay.ts'
import type { ClientSide, EncodedRequest, Undo } from '../../dialects/dialect.ts'
import type { Call } from '../../ports/call.ts'
import type { ChatModel, ModelCard, ReplyStream } from '../../ports/models.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import { replyStream } from '../reply-stream.ts'
import { isStream, readJson, servedBy } from './answers.ts'
import type { UpstreamClient } from './client.ts'
import { askPatiently } from './quirks.ts'
import { withoutSecrets } from './refusals.ts'

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

export function createChatModel(place: ChatPlace): ChatModel {
  const { client, card, dialect, path, firstFrameWait } = place

  const post = async (conversation: Conversation, call: Call): Promise<Posted> => {
    const accept = conversation.stream ? 'text/event-stream' : 'application/json'
    const ask = (body: unknown) => {
      const question = { path, body: JSON.stringify(body), accept, trace: call.trace }
      return client.ask(question, call.signal)
    }
    const wish = { conversation, card, dialect, path }
    const { answer, ...posted } = await askPatiently(wish, { known: client.quirks, ask })
    return { response: answer, ...posted }
  }
  const explain = (thrown: unknown) => withoutSecrets(thrown, client.upstream)
  return {
    async reply(conversation, call) {
      const { response, encoded, attempts } = await post(conversation, call)
      const body = await readJson(response)
      const reply = within(explain, () => dialect.decodeReply(body, encoded.undo))
      return {
        reply,
        served: { ...servedBy(client.upstream, card.id, encoded.ignored), attempts },
      }
    },
    async stream(conversation, call) {
      const { response, encoded, attempts } = await post(conversation, call)
      const opened = await openStream(response, { dialect, undo: encoded.undo, explain })
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

/** What came as one JSON is told as a stream. */
async function openStream(
  response: UpstreamResponse,
  { dialect, undo, explain }: Pick<ChatPlace, 'dialect'> & { undo?: Undo; explain: Explain },
): Promise<ReplyStream> {
  if (isStream(response)) return replyStream(response, dialect.replyDecoder(undo), explain)
  const body = await readJson(response)
  return onceRead(replay(within(explain, () => dialect.decodeReply(body, undo))))
}

type Explain = (thrown: unknown) => unknown

function within<T>(explain: Explain, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw explain(thrown)
  }
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
