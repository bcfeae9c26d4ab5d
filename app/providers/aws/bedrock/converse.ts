import { withFirstRead } from '../../../codecs/first-read.ts'
import { stage } from '../../../codecs/stage.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import { bedrockConverse } from '../../../dialects/bedrock-converse/index.ts'
import type { Call } from '../../../ports/call.ts'
import type { ChatModel, ModelCard } from '../../../ports/models.ts'
import { amendTraits } from './amend.ts'
import { changesBetween, faultOf, parseReply, replyStream } from './answers.ts'
import { createAsking, type Draft } from './asking.ts'
import type { BedrockClient } from './client.ts'
import { askRouted, billedStream, type Routing, type Target } from './routed.ts'

export interface ConverseDependencies extends Routing {
  client: BedrockClient
  /** Milliseconds a stream may wait for its first events before it counts as begun. */
  firstFrameWait: number
}

const { client: converse } = bedrockConverse

/** A model that chats by Converse and ConverseStream. */
export function createConverseModel(dependencies: ConverseDependencies, target: Target): ChatModel {
  const { client, warn } = dependencies
  const { card } = target
  const askFor = (conversation: Conversation, call: Call) =>
    createAsking({ client, warn, model: card.id, call, draft: draftOf(conversation, card) })

  return {
    async reply(conversation, call) {
      const asking = askFor(conversation, call)
      await stage
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'reply',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, sent } = await asking.post('converse', candidate, signal)
          return { body: parseReply(await response.text()), sent }
        },
        undo: () => {},
      })
      const reply = converse.decodeReply(answer.body, answer.sent.undo)
      billed?.(reply.end.usage)
      return { reply, served: asking.served(served, answer.sent.ignored) }
    },

    async stream(conversation, call) {
      const asking = askFor(conversation, call)
      await stage
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'stream',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, sent } = await asking.post('converse-stream', candidate, signal)
          const events = replyStream(response, converse.replyDecoder(sent.undo))
          // Until its first frame is in, a stream may still fail in its head, and another region be asked.
          return { events: await withFirstRead(events, dependencies.firstFrameWait), sent }
        },
        undo: ({ events }) => events.cancel(),
      })
      const events = billed ? billedStream(answer.events, billed) : answer.events
      return { events, served: asking.served(served, answer.sent.ignored) }
    },
  }
}

/** What is sent, and what one refusal of AWS's may change in it. */
function draftOf(conversation: Conversation, card: ModelCard): Draft<ReturnType<typeof write>> {
  let written = write(conversation, card)
  let hasLearnt = false
  return {
    written: () => written,
    learn(thrown) {
      const fault = hasLearnt ? undefined : faultOf(thrown)
      const traits = fault && amendTraits(card.traits, fault.message)
      if (!traits) return undefined
      const amended = write(conversation, { ...card, traits })
      if (amended.text === written.text) return undefined
      hasLearnt = true
      written = amended
      return changesBetween(card.traits, traits)
    },
  }
}

function write(conversation: Conversation, card: ModelCard) {
  const { body, ignored, undo } = converse.encodeRequest(conversation, card)
  return { text: JSON.stringify(body), ignored, undo }
}
