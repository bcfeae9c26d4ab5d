import { entryOf } from '../../codecs/table.ts'
import type { Citation, Part, ToolCallPart } from '../../conversation/conversation.ts'
import type { Reply, ReplyEnd, StopReason, Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Undo } from '../dialect.ts'
import { decodeError } from '../openai-refusal.ts'
import { NAME } from './extras.ts'
import { thoughtPart, type WireThought } from './thought-item.ts'

/** A response of an upstream; only what is read. */
export interface WireAnswer {
  id?: string
  model?: string
  status?: string
  error?: unknown
  incomplete_details?: { reason?: string } | null
  output?: WireOutput[]
  service_tier?: string | null
  usage?: WireCount | null
}

/** An item of it. */
export interface WireOutput extends WireThought {
  type?: string
  call_id?: string
  name?: string
  arguments?: string
  content?: WireContent[] | null
}

interface WireContent {
  type?: string
  text?: string
  refusal?: string
  annotations?: WireAnnotation[]
}

export interface WireAnnotation {
  type?: string
  url?: string
  title?: string
  start_index?: number
  end_index?: number
}

interface WireCount {
  input_tokens?: number
  output_tokens?: number
  input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number } | null
  output_tokens_details?: { reasoning_tokens?: number } | null
}

/** A server's whole answer. Throws `GatewayError` when it failed or is no answer at all. */
export function decodeReply(body: unknown, undo?: Undo): Reply {
  const answer = (body ?? {}) as WireAnswer
  refuseFailure(answer)
  if (!Array.isArray(answer.output)) {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.')
  }
  const parts = answer.output.flatMap((item) => decodeItem(item, answer.id, undo))
  const { id, model } = answer
  const called = parts.some(({ type }) => type === 'tool-call')
  return { ...(id && { id }), ...(model && { model }), parts, end: decodeEnd(answer, called) }
}

/** Throws what the upstream says went wrong. */
export function refuseFailure({ status, error }: WireAnswer): void {
  if (error) throw decodeError(undefined, { error })
  if (status !== 'failed' && status !== 'cancelled') return
  throw new GatewayError('upstream', 'The model gave up its answer. Retry the request.')
}

function decodeItem(
  item: WireOutput,
  answerId: string | undefined,
  undo: Undo | undefined,
): Part[] {
  if (item.type === 'reasoning') return [thoughtPart(item)]
  if (item.type === 'function_call') return [callPart(item, answerId, undo)]
  // What the upstream's own tools did means something to its own dialect alone.
  if (item.type !== 'message') return [{ type: 'native', dialect: NAME, value: item }]
  return (item.content ?? []).map(decodeContent)
}

function decodeContent({ type, text = '', refusal = '', annotations }: WireContent): Part {
  if (type === 'refusal') return { type: 'refusal', text: refusal }
  const citations = (annotations ?? []).flatMap((one) => citationOf(one) ?? [])
  return { type: 'text', text, ...(citations.length > 0 && { citations }) }
}

/** A page on the web; files are the upstream's own. */
export function citationOf(wire: WireAnnotation): Citation | undefined {
  const { type, url, title, start_index, end_index } = wire
  if (type !== 'url_citation' || url === undefined) return undefined
  return { url, ...(title && { title }), location: { start_index, end_index } }
}

function callPart(
  item: WireOutput,
  answerId: string | undefined,
  undo: Undo | undefined,
): ToolCallPart {
  const name = item.name ?? ''
  return {
    type: 'tool-call',
    id: callIdOf(item, answerId),
    name: undo?.toolNames?.get(name) ?? name,
    arguments: item.arguments || '{}',
  }
}

/** Bedrock counts calls anew in every answer (recorded), and a conversation may have only one of a name. */
export function callIdOf({ call_id: id, id: itemId }: WireOutput, answerId = ''): string {
  const given = id || itemId || 'call_0'
  return /^call_\d+$/.test(given) ? `${given}_${answerId.replace(/\W/g, '').slice(-16)}` : given
}

export function decodeEnd(answer: WireAnswer, called: boolean): Omit<ReplyEnd, 'type'> {
  const tier = answer.service_tier
  return {
    reason: stopReason(answer, called),
    usage: decodeUsage(answer.usage),
    ...(tier && { serviceTier: tier }),
  }
}

const REASONS: Record<string, StopReason> = {
  max_output_tokens: 'max-tokens',
  content_filter: 'content-filter',
}

function stopReason({ status, incomplete_details: details }: WireAnswer, called: boolean) {
  if (status === 'incomplete') return entryOf(REASONS, details?.reason ?? '') ?? 'max-tokens'
  return called ? 'tool-use' : 'end-turn'
}

function decodeUsage(wire: WireCount | null | undefined): Usage {
  if (!wire) return { input: 0, output: 0, estimated: true }
  const cacheRead = wire.input_tokens_details?.cached_tokens
  const cacheWrite = wire.input_tokens_details?.cache_write_tokens
  const reasoning = wire.output_tokens_details?.reasoning_tokens
  return {
    input: Math.max(0, (wire.input_tokens ?? 0) - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    output: wire.output_tokens ?? 0,
    ...((wire.input_tokens == null || wire.output_tokens == null) && { estimated: true }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  }
}
