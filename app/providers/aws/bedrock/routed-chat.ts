import { withFirstRead } from '../../../codecs/streams/first-read.ts'
import { stage } from '../../../codecs/streams/stage.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { Reply } from '../../../conversation/events.ts'
import type { ReplyDecoder } from '../../../dialects/dialect.ts'
import { amended, GatewayError } from '../../../errors.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { ChatModel } from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { parseReply, replyStream } from './answers.ts'
import { createAsking, type Draft, type Written } from './asking.ts'
import type { BedrockClient, Operation } from './client.ts'
import { askRouted, billedStream, type Routing, type Target } from './routed.ts'

export interface ChatDependencies extends Routing {
  client: BedrockClient
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

/** How a model is talked to, in whatever language. */
interface Tongue<Sent extends Written> {
  reply: Operation
  stream: Operation
  draft(conversation: Conversation): Draft<Sent>
  decode(body: unknown, sent: Sent, response: UpstreamResponse): Reply
  decoder(sent: Sent, conversation: Conversation): ReplyDecoder
}

/** A model that is asked in its regions, in turn, until one answers. */
export function createRoutedChat<Sent extends Written & { ignored: readonly string[] }>(
  dependencies: ChatDependencies,
  target: Target,
  tongue: Tongue<Sent>,
): Pick<ChatModel, 'reply' | 'stream'> {
  const { client, warn, firstFrameWait } = dependencies
  const { id: model } = target.card
  const askFor = (conversation: Conversation, call: Call) =>
    createAsking({ client, warn, model, call, draft: tongue.draft(conversation) })

  return {
    async reply(conversation, call) {
      const asking = askFor(conversation, call)
      await stage
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'reply',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, sent } = await asking.post(tongue.reply, candidate, signal)
          return { body: parseReply(await response.text()), sent, response }
        },
        undo: () => {},
      }).catch(asking.failed)
      const { body, sent, response } = answer
      const counted = asking.served(served, sent.ignored)
      const reply = counting(counted, () => tongue.decode(body, sent, response))
      billed?.(reply.end.usage)
      return { reply, served: counted }
    },

    async stream(conversation, call) {
      const asking = askFor(conversation, call)
      await stage
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'stream',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, sent } = await asking.post(tongue.stream, candidate, signal)
          const events = replyStream(response, tongue.decoder(sent, conversation))
          // Until its first frame is in, a stream may still fail in its head, and another region be asked.
          return { events: await withFirstRead(events, firstFrameWait), sent }
        },
        undo: ({ events }) => events.cancel(),
      }).catch(asking.failed)
      const events = billed ? billedStream(answer.events, billed) : answer.events
      return { events, served: asking.served(served, answer.sent.ignored) }
    },
  }
}

/** Who trips over an answer tells how often it was asked for; it was given and is billed, so it is not asked for again. */
function counting<T>({ attempts, tried }: Omit<Served, 'ignored'>, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    throw thrown instanceof GatewayError ? amended(thrown, { attempts, tried }) : thrown
  }
}
