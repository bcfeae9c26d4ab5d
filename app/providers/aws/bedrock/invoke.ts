import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { Reply, Usage } from '../../../conversation/events.ts'
import type { Undo } from '../../../dialects/dialect.ts'
import type { Call } from '../../../ports/call.ts'
import type { ChatModel, ModelCard } from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { amendForTurns, amendTraits } from './amend.ts'
import { changesBetween, faultOf } from './answers.ts'
import type { Draft } from './asking.ts'
import { type Counted, countTokens } from './count-tokens.ts'
import type { Body, LanePolicy, OwnLane } from './families/own-lane.ts'
import { type InvokeHeaders, invokeHeaders } from './invoke-headers.ts'
import { type ChatDependencies, createRoutedChat } from './routed-chat.ts'

export interface InvokeDependencies extends ChatDependencies {
  lanePolicy: LanePolicy
}

/** What a lane is made of. */
interface LaneTarget extends Counted {
  lane: OwnLane
}

/** A model asked in its own dialect, by InvokeModel and InvokeModelWithResponseStream. */
export function createInvokeModel(dependencies: InvokeDependencies, target: LaneTarget): ChatModel {
  const { client } = target.lane
  const chat = createRoutedChat(dependencies, target, {
    reply: 'invoke',
    stream: 'invoke-with-response-stream',
    draft: (conversation) => draftOf(dependencies, target, conversation),
    decode: (body, { undo }, response) => counted(client.decodeReply(body, undo), response),
    // What a guardrail did is told in Bedrock's words, so nothing of it may pass as it came.
    decoder: ({ undo }, { guardrail }) => client.replyDecoder(undo ?? (guardrail && {})),
  })
  return {
    ...chat,
    count: (conversation, call) => count(dependencies, target, { conversation, call }),
  }
}

interface Question {
  conversation: Conversation
  call: Call
}

/** A request as it is sent. */
interface Written {
  body: Body
  text: string
  headers: InvokeHeaders
  ignored: readonly string[]
  undo?: Undo
}

/** Refusals one request may learn from: clients send several things at once that a model does not know. */
const MOST_LESSONS = 4

/** What is sent, and what AWS's refusals have changed in it. */
function draftOf(
  { lanePolicy: policy }: InvokeDependencies,
  target: LaneTarget,
  conversation: Conversation,
): Draft<Written> {
  const { lane, base } = target
  const refusals: string[] = []
  let card = knownCard(target)
  let written = write({ lane, base, card, policy, refusals }, conversation)
  let learnt = 0

  /** What is left out from now on; undefined when there is nothing to learn. */
  const learn = (thrown: unknown): readonly string[] | undefined => {
    const fault = faultOf(thrown)
    if (!fault || learnt >= MOST_LESSONS) return undefined
    learnt += 1
    const relented = lane.relent(written.body, fault.message)
    const traits = relented
      ? undefined
      : (amendTraits(card.traits, fault.message) ?? amendForTurns(card.traits, fault.message))
    if (relented) refusals.push(fault.message)
    else if (!traits) return undefined
    const changes = relented?.ignored ?? changesBetween(card.traits, traits!)
    if (traits) card = { ...card, traits }
    const before = written.text
    written = write({ lane, base, card, policy, refusals }, conversation)
    return written.text === before ? undefined : changes
  }
  return { written: () => written, learn }
}

interface Writing {
  lane: OwnLane
  base: string | undefined
  card: ModelCard
  policy: LanePolicy
  /** What AWS has refused so far, in its words. */
  refusals: readonly string[]
}

/** The card with what the model takes in this dialect otherwise; refusals teach more than it says. */
function knownCard({ lane, base, card }: LaneTarget): ModelCard {
  const own = lane.traits?.(base ?? card.id)
  return own ? { ...card, traits: { ...card.traits, ...own } } : card
}

function write(
  { lane, base, card, policy, refusals }: Writing,
  conversation: Conversation,
): Written {
  const encoded = lane.client.encodeRequest(conversation, card)
  // Labels travel in a header, which says itself what it has no room for.
  const ignored = encoded.ignored.filter((name) => name !== 'metadata')
  const ignore = (what: string) => {
    if (!ignored.includes(what)) ignored.push(what)
  }
  const headers = invokeHeaders(conversation, { card, ignore })
  let fitted = lane.fit(encoded.body as Body, base ?? card.id, policy)
  fitted.ignored.forEach(ignore)
  for (const refusal of refusals) {
    fitted = lane.relent(fitted.body, refusal) ?? fitted
    fitted.ignored.forEach(ignore)
  }
  const body = headers.body ? { ...fitted.body, ...headers.body } : fitted.body
  return {
    body,
    text: JSON.stringify(body),
    headers: headers.headers,
    ignored: ignored.map(spoken),
    undo: encoded.undo,
  }
}

/** Some names are the caller's own, and all of them go into a header. */
const spoken = (name: string) => name.slice(0, 100).replace(/[^\x20-\x7e]|,/g, '?')

/** Where the model gave no count of its own, AWS did (recorded once for Claude 3.5). */
function counted(reply: Reply, { header }: UpstreamResponse): Reply {
  if (!reply.end.usage.estimated) return reply
  const input = Number(header('x-amzn-bedrock-input-token-count') ?? Number.NaN)
  const output = Number(header('x-amzn-bedrock-output-token-count') ?? Number.NaN)
  if (Number.isNaN(input) || Number.isNaN(output)) return reply
  const usage: Usage = { input, output }
  return { ...reply, end: { ...reply.end, usage } }
}

/** Its tokens by AWS, which counts what would be sent. */
function count(
  { client, lanePolicy: policy }: InvokeDependencies,
  target: LaneTarget,
  { conversation, call }: Question,
): Promise<number | undefined> {
  const { lane, base } = target
  const card = knownCard(target)
  const { text } = write({ lane, base, card, policy, refusals: [] }, conversation)
  const input = { invokeModel: { body: encodeBase64(new TextEncoder().encode(text)) } }
  return countTokens(client, target, { input, call })
}
