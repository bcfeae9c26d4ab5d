import { withFirstRead } from '../../../codecs/streams/first-read.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { ClientSide, EncodedRequest } from '../../../dialects/dialect.ts'
import type { Call } from '../../../ports/call.ts'
import type { ChatModel } from '../../../ports/models.ts'
import type { AwsCall } from '../call.ts'
import type { AwsService } from '../endpoints.ts'
import { parseReply, replyStream } from './answers.ts'
import type { Candidate } from './region-policy.ts'
import { askRouted, billedStream, type Routing, type Target } from './routed.ts'

export interface OpenaiEndpointDependencies extends Routing {
  call: AwsCall
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

/** A model at one of AWS's endpoints that speak as OpenAI does. */
export interface OpenaiEndpointTarget extends Target {
  service: Extract<AwsService, 'bedrock-runtime' | 'bedrock-mantle'>
  /** `/openai/v1/chat/completions`. */
  path: string
  dialect: ClientSide
  /** What the endpoint calls the model, where it is not what the region does. */
  model?: string
}

/** Asked over the same regions, signed in the same way, as by Converse. */
export function createOpenaiEndpointModel(
  dependencies: OpenaiEndpointDependencies,
  target: OpenaiEndpointTarget,
): ChatModel {
  const { dialect, card } = target

  const asking = (conversation: Conversation, call: Call) => {
    const encoded = dialect.encodeRequest(conversation, card)
    const textFor = createBodies(encoded)
    const post = ({ id, region }: Candidate, signal: AbortSignal) =>
      dependencies.call(
        {
          service: target.service,
          region,
          method: 'POST',
          path: target.path,
          body: textFor(target.model ?? id),
          headers: { accept: conversation.stream ? 'text/event-stream' : 'application/json' },
          as: call.as,
          trace: call.trace,
        },
        signal,
      )
    return { encoded, post }
  }
  return {
    async reply(conversation, call) {
      const { encoded, post } = asking(conversation, call)
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'reply',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const response = await post(candidate, signal)
          return parseReply(await response.text())
        },
        undo: () => {},
      })
      const reply = dialect.decodeReply(answer, encoded.undo)
      billed?.(reply.end.usage)
      return { reply, served: { ...served, ignored: [...encoded.ignored] } }
    },

    async stream(conversation, call) {
      const { encoded, post } = asking(conversation, call)
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'stream',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const response = await post(candidate, signal)
          const events = replyStream(response, dialect.replyDecoder(encoded.undo))
          return withFirstRead(events, dependencies.firstFrameWait)
        },
        undo: (events) => events.cancel(),
      })
      const events = billed ? billedStream(answer, billed) : answer
      return { events, served: { ...served, ignored: [...encoded.ignored] } }
    },
  }
}

/** The request as text, written anew only for a region that has another name for the model. */
function createBodies({ body }: EncodedRequest): (model: string) => string {
  let last: { model: string; text: string } | undefined
  return (model) => {
    if (last?.model !== model)
      last = { model, text: JSON.stringify({ ...(body as object), model }) }
    return last.text
  }
}
