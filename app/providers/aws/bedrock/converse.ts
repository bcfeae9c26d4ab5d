import { withFirstRead } from '../../../codecs/first-read.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { ReplyEvent } from '../../../conversation/events.ts'
import { bedrockConverse } from '../../../dialects/bedrock-converse/index.ts'
import type { EncodedRequest, ReplyDecoder } from '../../../dialects/dialect.ts'
import { GatewayError } from '../../../errors.ts'
import type {
  Call,
  ChatModel,
  ModelCard,
  ModelTraits,
  ReplyStream,
  Served,
} from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AwsFault } from '../call.ts'
import type { Warn } from '../warn.ts'
import { amendTraits } from './amend.ts'
import type { BedrockClient, Operation } from './client.ts'

export interface ConverseDependencies {
  client: BedrockClient
  warn: Warn
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

export interface ConverseTarget {
  card: ModelCard
  region: string
}

const { client: converse } = bedrockConverse

/** A model that chats by Converse and ConverseStream. */
export function createConverseModel(
  dependencies: ConverseDependencies,
  target: ConverseTarget,
): ChatModel {
  return {
    async reply(conversation, call) {
      const { response, encoded, served } = await ask(dependencies, target, {
        operation: 'converse',
        conversation,
        call,
      })
      const body = parseReply(await response.text())
      return { reply: converse.decodeReply(body, encoded.undo), served }
    },

    async stream(conversation, call) {
      const { response, encoded, served } = await ask(dependencies, target, {
        operation: 'converse-stream',
        conversation,
        call,
      })
      const events = replyStream(response, converse.replyDecoder(encoded.undo))
      return { events: await withFirstRead(events, dependencies.firstFrameWait), served }
    },
  }
}

interface Question {
  operation: Operation
  conversation: Conversation
  call: Call
}

interface Answer {
  response: UpstreamResponse
  encoded: EncodedRequest
  served: Served
}

/** Asks; once more, without it, when AWS refuses by name something that only tunes the answer. */
async function ask(
  { client, warn }: ConverseDependencies,
  { card, region }: ConverseTarget,
  { operation, conversation, call }: Question,
): Promise<Answer> {
  const post = (body: string) => client({ operation, modelId: card.id, region, body }, call.signal)
  const answer = (response: UpstreamResponse, encoded: EncodedRequest, attempts: number) => {
    const served = { provider: 'aws', model: card.id, region, attempts, ignored: encoded.ignored }
    return { response, encoded, served }
  }
  const encoded = converse.encodeRequest(conversation, card)
  const body = JSON.stringify(encoded.body)
  try {
    return answer(await post(body), encoded, 1)
  } catch (thrown) {
    const fault = faultOf(thrown)
    const traits = fault && amendTraits(card.traits, fault.message)
    if (!traits) throw thrown
    const amended = converse.encodeRequest(conversation, { ...card, traits })
    const amendedBody = JSON.stringify(amended.body)
    if (amendedBody === body) throw thrown
    // AWS's own words stay out of the log: models quote whole conversations in them.
    warn('A model refused part of a request; it is asked again without.', {
      id: call.requestId,
      model: card.id,
      region,
      refused: changesBetween(card.traits, traits),
    })
    return answer(await post(amendedBody), amended, 2)
  }
}

/** AWS's own refusal of the request as it was. A missing permission for caching is told as a 403. */
function faultOf(thrown: unknown): AwsFault | undefined {
  if (!(thrown instanceof GatewayError) || !(thrown.cause instanceof Error)) return undefined
  const fault = thrown.cause as Partial<AwsFault> & Error
  return fault.status === 400 || fault.status === 403 ? (fault as AwsFault) : undefined
}

const changesBetween = (before: ModelTraits, after: ModelTraits) =>
  Object.entries(after)
    .filter(([name, value]) => before[name as keyof ModelTraits] !== value)
    .map(([name]) => name)

function parseReply(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('upstream', 'The model gave an answer that could not be read.', {
      cause,
    })
  }
}

/** The events of one streamed answer, one read of the network at a time. */
function replyStream({ body, header }: UpstreamResponse, decoder: ReplyDecoder): ReplyStream {
  let ended = false
  const next = async (): Promise<ReplyEvent[] | undefined> => {
    while (!ended) {
      const bytes = await body.read()
      if (bytes === undefined) ended = true
      const events = bytes === undefined ? decoder.end() : decoder.read(bytes)
      if (events.length > 0) return events
    }
    return undefined
  }
  const cancel = () => {
    ended = true
    body.cancel()
  }
  return {
    cancel,
    async read() {
      try {
        return await next()
      } catch (thrown) {
        cancel()
        throw withRequestId(thrown, header('x-amzn-requestid'))
      }
    },
  }
}

/** What broke a stream, with the id AWS's support asks for. */
function withRequestId(thrown: unknown, requestId: string | undefined): unknown {
  if (!(thrown instanceof GatewayError) || requestId === undefined) return thrown
  const cause = new Error(`in the stream of AWS request ${requestId}`, { cause: thrown.cause })
  return new GatewayError(thrown.code, thrown.message, { ...thrown, cause })
}
