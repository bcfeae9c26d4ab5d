import { entryOf } from '../../codecs/table.ts'
import type {
  MediaPart,
  Part,
  ReasoningPart,
  ToolCallPart,
} from '../../conversation/conversation.ts'
import type { Reply, ReplyEnd, StopReason } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Undo } from '../dialect.ts'
import { decodeError, throwIfBroken } from '../openai-refusal.ts'
import type { WireUsage } from '../openai-usage.ts'
import { withPlainContent } from './content-pieces.ts'
import { extrasOf, type Fields, NAME, unknownFields } from './extras.ts'
import { decodeReasoningParts } from './reasoning-carrier.ts'
import { citationOf, nativePart } from './reply-parts.ts'
import { decodeUsage } from './usage.ts'
import { STOP_REASONS } from './vocabulary.ts'
import type {
  WireAnnotation,
  WireCalledTool,
  WireChoice,
  WireCompletion,
  WireReplyMessage,
} from './wire-reply.ts'

/** A server's whole answer. Throws `GatewayError` when it is an error or no answer at all. */
export function decodeReply(body: unknown, undo?: Undo): Reply {
  const completion = (body ?? {}) as Partial<WireCompletion>
  if (completion['error']) throw decodeError(undefined, body)
  const choice = completion.choices?.[0] as Partial<WireChoice> | undefined
  if (choice) throwIfBroken(choice)
  if (!choice?.message) {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.', {
      cause: new Error(`no choices in ${JSON.stringify(body)?.slice(0, 500)}`),
    })
  }
  const { message, logprobs } = choice
  const parts = decodeMessage(message, { id: completion.id, undo })
  if (logprobs) parts.push(nativePart({ logprobs }))
  const called = parts.some((part) => part.type === 'tool-call')
  if (called) choice.finish_reason = calledFinish(choice.finish_reason, undo)!
  const end = decodeEnd({
    finish: choice.finish_reason,
    called,
    usage: completion.usage,
    tier: completion.service_tier,
    fields: ownMembers(completion),
  })
  return {
    ...(completion.id && { id: completion.id }),
    ...(completion.model && { model: completion.model }),
    parts,
    end,
    ...(!undo?.toolNames && isSound(message) && { verbatim: { dialect: NAME, body, parts, end } }),
  }
}

/** Whether its calls are what clients can read; what is not is written anew. */
function isSound({ tool_calls: calls }: WireReplyMessage): boolean {
  return (calls ?? []).every(
    (call) => call.id && (call.custom || typeof call.function?.arguments === 'string'),
  )
}

/** Why an answer with calls ended. Agents do not run the calls of one that ended with `stop`. */
export function calledFinish<Finish extends string | null | undefined>(
  finish: Finish,
  undo: Undo | undefined,
): Finish | 'tool_calls' {
  return finish === 'stop' && undo?.endsInCalls ? 'tool_calls' : finish
}

const REPLY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'metadata',
  'obfuscation',
])

/** What an answer or a chunk says beside what we understand: fingerprint, moderation. */
export function ownMembers(wire: object): Fields | undefined {
  return unknownFields(wire, REPLY_FIELDS)
}

/** What is known when a reply ends, in the wire's words. */
export interface WireEnd {
  finish: string | null | undefined
  /** The model called tools; with a forced choice OpenAI says `stop` even then. */
  called: boolean
  usage: Partial<WireUsage> | null | undefined
  tier: string | null | undefined
  fields: Fields | undefined
}

export function decodeEnd({
  finish,
  called,
  usage,
  tier,
  fields,
}: WireEnd): Omit<ReplyEnd, 'type'> {
  return {
    reason: stopReason(finish, called),
    usage: decodeUsage(usage),
    ...(tier && { serviceTier: tier }),
    ...extrasOf({ usage: usage ?? undefined, fields }),
  }
}

function stopReason(finish: string | null | undefined, called: boolean): StopReason {
  const reason = entryOf(STOP_REASONS, finish ?? '') ?? 'end-turn'
  return reason === 'end-turn' && called ? 'tool-use' : reason
}

interface Place {
  id: string | undefined
  undo: Undo | undefined
}

export const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'annotations',
  'tool_calls',
  'function_call',
  'images',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
])

function decodeMessage(message: WireReplyMessage, place: Place): Part[] {
  withPlainContent(message)
  // OpenAI's clients take an answer without it for a broken one.
  message.role ||= 'assistant'
  const parts: Part[] = decodeThoughts(message)
  if (message.content) parts.push(decodeText(message.content, message.annotations))
  for (const call of message.tool_calls ?? []) parts.push(decodeCall(call, parts.length, place))
  const { function_call: legacy } = message
  if (legacy) parts.push(decodeCall({ id: '', type: 'function', function: legacy }, 0, place))
  for (const image of message.images ?? []) {
    const found = decodeImage(image)
    if (found) parts.push(found)
  }
  if (message.refusal) parts.push({ type: 'refusal', text: message.refusal })
  const delta = unknownFields(message, MESSAGE_FIELDS)
  if (delta) parts.push(nativePart({ delta }))
  return parts
}

function decodeThoughts(message: WireReplyMessage): ReasoningPart[] {
  const thoughts = decodeReasoningParts(message)
  return thoughts.map(({ extras: _, ...thought }) => thought)
}

function decodeText(text: string, annotations: WireAnnotation[] | undefined): Part {
  const citations = (annotations ?? []).filter((one) => one.url_citation).map(citationOf)
  return citations.length > 0 ? { type: 'text', text, citations } : { type: 'text', text }
}

function decodeCall(wire: WireCalledTool, index: number, { id, undo }: Place): ToolCallPart {
  const name = wire.function?.name ?? wire.custom?.name ?? ''
  const custom = wire.custom && JSON.stringify({ input: wire.custom.input })
  return {
    type: 'tool-call',
    id: wire.id || callId(id, index),
    name: undo?.toolNames?.get(name) ?? name,
    arguments: custom ?? argumentsText(wire.function?.arguments),
  }
}

/** Some servers send the arguments as the object they stand for. */
const argumentsText = (text: unknown): string =>
  typeof text === 'object' && text !== null ? JSON.stringify(text) : (text as string) || '{}'

/** An id for a call that came without one. */
export function callId(replyId: string | undefined, index: number): string {
  return `call_${(replyId ?? 'reply').replace(/[^a-zA-Z0-9]/g, '')}_${index}`
}

/** A picture the model made; undefined when it is nowhere. */
export function decodeImage(wire: Record<string, unknown>): MediaPart | undefined {
  const url = (wire['image_url'] as { url?: unknown } | undefined)?.url
  if (typeof url !== 'string') return undefined
  const comma = url.indexOf(',')
  if (!url.startsWith('data:') || comma === -1)
    return { type: 'image', source: { kind: 'url', url } }
  const [mediaType] = url.slice('data:'.length, comma).split(';')
  const source = { kind: 'base64' as const, data: url.slice(comma + 1) }
  return { type: 'image', source, ...(mediaType && { mediaType }) }
}
