import { encodeBase64 } from '../../../codecs/base64.ts'
import { withFirstRead } from '../../../codecs/first-read.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { Reply, Usage } from '../../../conversation/events.ts'
import type { Undo } from '../../../dialects/dialect.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call, ChatModel, ModelCard, Served } from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { amendTraits } from './amend.ts'
import { changesBetween, faultOf, parseReply, replyStream } from './answers.ts'
import type { Operation } from './client.ts'
import type { ConverseDependencies } from './converse.ts'
import type { Body, LanePolicy, OwnLane } from './families/own-lane.ts'
import { type InvokeHeaders, invokeHeaders } from './invoke-headers.ts'
import type { Candidate } from './region-policy.ts'
import { askRouted, billedStream, type Target } from './routed.ts'

export interface InvokeDependencies extends ConverseDependencies {
  lanePolicy: LanePolicy
}

/** What a lane is made of. */
export interface LaneTarget extends Target {
  lane: OwnLane
  /** The id of the model itself, where it is known. */
  base?: string
}

/** A model asked in its own dialect, by InvokeModel and InvokeModelWithResponseStream. */
export function createInvokeModel(dependencies: InvokeDependencies, target: LaneTarget): ChatModel {
  const { client } = target.lane
  return {
    async reply(conversation, call) {
      const asking = createAsking(dependencies, target, { conversation, call })
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'reply',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, undo } = await asking.post('invoke', candidate, signal)
          return { body: parseReply(await response.text()), undo, response }
        },
        undo: () => {},
      })
      const reply = counted(client.decodeReply(answer.body, answer.undo), answer.response)
      billed?.(reply.end.usage)
      return { reply, served: asking.served(served) }
    },

    async stream(conversation, call) {
      const asking = createAsking(dependencies, target, { conversation, call })
      const { answer, served, billed } = await askRouted(dependencies, target, {
        way: 'stream',
        conversation,
        call,
        ask: async (candidate, signal) => {
          const { response, undo } = await asking.post(
            'invoke-with-response-stream',
            candidate,
            signal,
          )
          // What a guardrail did is told in Bedrock's words, so nothing of it may pass as it came.
          const changed = undo ?? (conversation.guardrail && {})
          const events = replyStream(response, client.replyDecoder(changed))
          return withFirstRead(events, dependencies.firstFrameWait)
        },
        undo: (events) => events.cancel(),
      })
      return {
        events: billed ? billedStream(answer, billed) : answer,
        served: asking.served(served),
      }
    },

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

interface Posted {
  response: UpstreamResponse
  undo: Undo | undefined
}

/** Refusals one request may learn from: clients send several things at once that a model does not know. */
const MOST_LESSONS = 4

/** One request, written once for all regions that may be asked. */
function createAsking(dependencies: InvokeDependencies, target: LaneTarget, question: Question) {
  const { client, warn } = dependencies
  const { conversation, call } = question
  const lessons = createLessons(dependencies, target, conversation)
  /** Calls beyond the first of a region. */
  let repeated = 0

  /** Asks; again, without it, when AWS refuses by name something that can be left out. */
  const post = async (
    operation: Operation,
    candidate: Candidate,
    signal: AbortSignal,
  ): Promise<Posted> => {
    const { id: modelId, region } = candidate
    const { text, headers, undo } = lessons.written()
    try {
      return {
        response: await client(
          { operation, modelId, region, body: text, headers, as: call.as, trace: call.trace },
          signal,
        ),
        undo,
      }
    } catch (thrown) {
      const refused = lessons.learn(thrown)
      if (!refused) throw thrown
      repeated += 1
      // AWS's own words stay out of the log: models quote whole conversations in them.
      warn('A model refused part of a request; it is asked again without.', {
        id: call.requestId,
        model: target.card.id,
        region,
        refused,
      })
      return post(operation, candidate, signal)
    }
  }
  const served = (by: Omit<Served, 'ignored'>): Served => ({
    ...by,
    attempts: by.attempts + repeated,
    ignored: [...lessons.written().ignored],
  })
  return { post, served }
}

/** What is sent, and what AWS's refusals have changed in it. */
function createLessons(
  { lanePolicy: policy }: InvokeDependencies,
  { lane, base, ...target }: LaneTarget,
  conversation: Conversation,
) {
  const refusals: string[] = []
  let card = target.card
  let written = write({ lane, base, card, policy, refusals }, conversation)
  let learnt = 0

  /** What is left out from now on; undefined when there is nothing to learn. */
  const learn = (thrown: unknown): readonly string[] | undefined => {
    const fault = faultOf(thrown)
    if (!fault || learnt >= MOST_LESSONS) return undefined
    learnt += 1
    const relented = lane.relent(written.body, fault.message)
    const traits = relented ? undefined : amendTraits(card.traits, fault.message)
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

function write(
  { lane, base, card, policy, refusals }: Writing,
  conversation: Conversation,
): Written {
  const id = base ?? card.id
  const own = lane.traits?.(id)
  const known = own ? { ...card, traits: { ...card.traits, ...own } } : card
  const encoded = lane.client.encodeRequest(conversation, known)
  const ignored = new Set(encoded.ignored)
  const headers = invokeHeaders(conversation, { card, ignore: (what) => ignored.add(what) })
  let fitted = lane.fit(encoded.body as Body, id, policy)
  for (const name of fitted.ignored) ignored.add(name)
  for (const refusal of refusals) {
    fitted = lane.relent(fitted.body, refusal) ?? fitted
    for (const name of fitted.ignored) ignored.add(name)
  }
  const body = headers.body ? { ...fitted.body, ...headers.body } : fitted.body
  return {
    body,
    text: JSON.stringify(body),
    headers: headers.headers,
    ignored: [...ignored].map(spoken),
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

/**
 * CountTokens for the id as it was called, then for the model's own, for it takes no profiles (T41).
 * Undefined where AWS counts for neither.
 */
async function count(
  { client, lanePolicy: policy }: InvokeDependencies,
  { lane, base, card, routes }: LaneTarget,
  { conversation, call }: Question,
): Promise<number | undefined> {
  const { text } = write({ lane, base, card, policy, refusals: [] }, conversation)
  const input = { invokeModel: { body: encodeBase64(new TextEncoder().encode(text)) } }
  const body = JSON.stringify({ input })
  const region = routes(call.as).plan.candidates[0]?.region
  if (region === undefined) return undefined
  for (const modelId of new Set([card.id, base])) {
    if (modelId === undefined) continue
    try {
      const asked = {
        operation: 'count-tokens',
        modelId,
        region,
        body,
        as: call.as,
        trace: call.trace,
      } as const
      const answer = await client(asked, call.signal)
      const { inputTokens } = parseReply(await answer.text()) as { inputTokens?: unknown }
      if (typeof inputTokens === 'number') return inputTokens
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || call.signal.aborted) throw thrown
    }
  }
  return undefined
}
