import type { Part } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import { callInput } from '../call-input.ts'
import type { Undo } from '../dialect.ts'
import { decodeBlock } from './decode-blocks.ts'
import { WRAPPER } from './encode-blocks.ts'
import { extrasOf, type Fields, unknownFields } from './extras.ts'
import { decodeUsage, type InvocationMetrics } from './usage.ts'
import { decodeStopReason, guardedStop, ownStopReason } from './vocabulary.ts'
import type { WireBlock } from './wire-blocks.ts'
import type { WireReply, WireUsage } from './wire-reply.ts'

/** The members of an answer that are said elsewhere on the waist. */
export const REPLY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
  'amazon-bedrock-invocationMetrics',
])

/** A whole answer. Throws `upstream` when it holds no content. */
export function decodeReply(body: unknown, undo: Undo = {}): Reply {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Partial<WireReply>
  const { id, model, content, stop_reason, stop_sequence, usage } = answer
  if (!Array.isArray(content)) {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.', {
      cause: new Error(`an answer without content: ${JSON.stringify(body)?.slice(0, 500)}`),
    })
  }
  const parts = undoParts(
    content.map((block, index) => decodeBlock(block as WireBlock, `content.${index}`)),
    undo,
  )
  const hidden = undo.outputTool !== undefined && !parts.some(isCallersCall)
  return {
    ...(id && { id }),
    ...(model && { model }),
    parts,
    end: decodeEnd({
      reason: guardedStop(answer, hidden && stop_reason === 'tool_use' ? 'end_turn' : stop_reason),
      sequence: stop_sequence,
      usage,
      fields: unknownFields(answer, REPLY_FIELDS),
    }),
  }
}

const isCallersCall = (part: Part): boolean => part.type === 'tool-call' && !part.server

/** What an answer says of its end, whole or put together from a stream. */
interface WireEnd {
  reason: string | null | undefined
  sequence: string | null | undefined
  usage: Partial<WireUsage> | undefined
  /** The last count of a stream. */
  deltaUsage?: Partial<WireUsage> | undefined
  metrics?: InvocationMetrics | undefined
  fields: Fields | undefined
}

export function decodeEnd(wire: WireEnd): Reply['end'] {
  const { reason, sequence, usage, deltaUsage, metrics, fields } = wire
  const tier = usage?.service_tier
  return {
    reason: decodeStopReason(reason),
    ...(sequence != null && { stopSequence: sequence }),
    usage: decodeUsage(usage, metrics),
    ...(tier && { serviceTier: tier }),
    ...extrasOf({ stopReason: ownStopReason(reason), usage, deltaUsage, fields }),
  }
}

/** The caller never learns of the hidden tool: its input is the text of the answer. */
function undoParts(parts: Part[], undo: Undo): Part[] {
  const answered = parts.some((part) => isOutputCall(part, undo))
  return parts.flatMap((part): Part[] => {
    if (part.type === 'text') return answered ? [] : [part]
    if (part.type !== 'tool-call' || part.server) return [part]
    const text = callersArguments(part.name, part.arguments, undo)
    if (isOutputCall(part, undo)) return [{ type: 'text', text }]
    return [{ ...part, name: undo.toolNames?.get(part.name) ?? part.name, arguments: text }]
  })
}

function isOutputCall(part: Part, { outputTool }: Undo): boolean {
  return part.type === 'tool-call' && part.name === outputTool
}

/** Arguments as the caller's own schema has them. `name` is the wire's. */
export function callersArguments(name: string, text: string, { wrappedTools }: Undo): string {
  if (!wrappedTools?.has(name)) return text
  const input = callInput(text) as Fields
  return WRAPPER in input ? JSON.stringify(input[WRAPPER]) : text
}
