import { withFirstRead } from '../../../codecs/first-read.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import { bedrockConverse } from '../../../dialects/bedrock-converse/index.ts'
import type { EncodedRequest } from '../../../dialects/dialect.ts'
import type { Call, ChatModel, Served } from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { amendTraits } from './amend.ts'
import { changesBetween, faultOf, parseReply, replyStream } from './answers.ts'
import type { BedrockClient, Operation } from './client.ts'
import type { Candidate } from './region-policy.ts'
import { askRouted, billedStream, type Routing, type Target } from './routed.ts'

export interface ConverseDependencies extends Routing {
  client: BedrockClient
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

const { client: converse } = bedrockConverse

/** A model that chats by Converse and ConverseStream. */
export function createConverseModel(dependencies: ConverseDependencies, target: Target): ChatModel {
  return {
    async reply(conversation, call) {
      const asking = createAsking(dependencies, target, { conversation, call })
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'reply',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, encoded } = await asking.post('converse', candidate, signal)
          return { body: parseReply(await response.text()), encoded }
        },
        undo: () => {},
      })
      const reply = converse.decodeReply(answer.body, answer.encoded.undo)
      billed?.(reply.end.usage)
      return { reply, served: asking.served(served, answer.encoded) }
    },

    async stream(conversation, call) {
      const asking = createAsking(dependencies, target, { conversation, call })
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'stream',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, encoded } = await asking.post('converse-stream', candidate, signal)
          const events = replyStream(response, converse.replyDecoder(encoded.undo))
          // Until its first frame is in, a stream may still fail in its head, and another region be asked.
          return { events: await withFirstRead(events, dependencies.firstFrameWait), encoded }
        },
        undo: ({ events }) => events.cancel(),
      })
      const events = billed ? billedStream(answer.events, billed) : answer.events
      return { events, served: asking.served(served, answer.encoded) }
    },
  }
}

interface Question {
  conversation: Conversation
  call: Call
}

interface Posted {
  response: UpstreamResponse
  encoded: EncodedRequest
}

/** One request, written once for all regions that may be asked. */
function createAsking(
  { client, warn }: ConverseDependencies,
  { card }: Target,
  { conversation, call }: Question,
) {
  let encoded = converse.encodeRequest(conversation, card)
  let body = JSON.stringify(encoded.body)
  /** Calls beyond the first of a region. */
  let repeated = 0

  /** Asks; once more, without it, when AWS refuses by name something that only tunes the answer. */
  const post = async (
    operation: Operation,
    { id: modelId, region }: Candidate,
    signal: AbortSignal,
  ): Promise<Posted> => {
    // Another region may be asked at the same time, and learn something from its refusal.
    const sent = encoded
    try {
      const response = await client(
        { operation, modelId, region, body, as: call.as, trace: call.trace },
        signal,
      )
      return { response, encoded: sent }
    } catch (thrown) {
      const fault = faultOf(thrown)
      const traits = fault && amendTraits(card.traits, fault.message)
      if (!traits) throw thrown
      const amended = converse.encodeRequest(conversation, { ...card, traits })
      const amendedBody = JSON.stringify(amended.body)
      if (amendedBody === body) throw thrown
      encoded = amended
      body = amendedBody
      repeated += 1
      // AWS's own words stay out of the log: models quote whole conversations in them.
      warn('A model refused part of a request; it is asked again without.', {
        id: call.requestId,
        model: card.id,
        region,
        refused: changesBetween(card.traits, traits),
      })
      const asked = {
        operation,
        modelId,
        region,
        body: amendedBody,
        as: call.as,
        trace: call.trace,
      }
      return { response: await client(asked, signal), encoded: amended }
    }
  }
  const served = (by: Omit<Served, 'ignored'>, { ignored }: EncodedRequest): Served => ({
    ...by,
    attempts: by.attempts + repeated,
    ignored,
  })
  return { post, served }
}
