import { plainText } from '../../codecs/media/plain-text.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Undo } from '../dialect.ts'
import { decodeError } from './decode-error.ts'
import { decodeEnd, REPLY_FIELDS } from './decode-reply.ts'
import { extrasOf, type Fields, unknownFields } from './extras.ts'
import {
  addText,
  type Blocks,
  changeBlock,
  createBlocks,
  finishBlocks,
  type OpenBlock,
  startBlock,
  stopBlock,
} from './open-blocks.ts'
import { decodeUsage, type InvocationMetrics, mergeUsage } from './usage.ts'
import { GUARDRAIL_ACTION, guardedStop } from './vocabulary.ts'
import type { WireBlock } from './wire-blocks.ts'
import type { WireReply, WireUsage } from './wire-reply.ts'

/** The data of Anthropic's stream events in, our events out. */
interface MessageReader {
  /** A new list for the events of the next batch. */
  open(): ReplyEvent[]
  /** The data of one event; gives its type. Throws what an `error` event means, and `upstream` on damage. */
  take(data: string): string
  /** The upstream closed. Throws `stream-incomplete` unless the answer had given its stop reason (T15). */
  end(): void
}

/** Characters of text that make about one token, where nobody counted. */
const CHARACTERS_PER_TOKEN = 4

interface State {
  blocks: Blocks
  started: boolean
  ended: boolean
  /** The block that spoke last; nearly always it is the one that speaks next. */
  speaking: OpenBlock | undefined
  startUsage: Partial<WireUsage> | undefined
  startFields: Fields | undefined
  stop: WireMessageDelta | undefined
}

/** What one event may hold; each type fills some of it. */
interface WireEvent {
  type: string
  index: number
  message?: Partial<WireReply>
  content_block?: WireBlock
  delta?: Fields
  usage?: Partial<WireUsage>
  'amazon-bedrock-invocationMetrics'?: InvocationMetrics
  error?: { type?: unknown; message?: unknown }
}

interface WireMessageDelta {
  reason: string | null | undefined
  sequence: string | null | undefined
  usage: Partial<WireUsage> | undefined
  fields: Fields | undefined
}

export function createMessageReader(undo: Undo): MessageReader {
  const state: State = {
    blocks: createBlocks(undo),
    started: false,
    ended: false,
    speaking: undefined,
    startUsage: undefined,
    startFields: undefined,
    stop: undefined,
  }
  return {
    open() {
      state.blocks.out = []
      return state.blocks.out
    },
    take(data) {
      const { speaking, blocks } = state
      const text = speaking && plainText(data, speaking.prefix, 2)
      if (speaking && text !== undefined) {
        if (text !== '') addText(blocks, speaking, text)
        return 'content_block_delta'
      }
      const event = parsed(data)
      if (event.type === 'error') throw decodeError(event)
      if (!state.ended) HANDLERS[event.type]?.(state, event)
      return event.type
    },
    end() {
      if (state.ended) return
      if (state.stop === undefined) throw incomplete()
      finish(state, undefined)
    },
  }
}

function parsed(data: string): WireEvent {
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch (cause) {
    throw damaged(data, cause)
  }
  if (typeof event !== 'object' || event === null || !('type' in event)) throw damaged(data)
  return event as WireEvent
}

function damaged(data: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', {
    cause: new Error(`not an event: ${data.slice(0, 200)}`, { cause }),
  })
}

/** What each event does; `ping` and events nobody knows do nothing. */
const HANDLERS: Record<string, ((state: State, event: WireEvent) => void) | undefined> = {
  message_start: (state, { message = {} }) => start(state, message),
  content_block_start: (state, { index, content_block: block }) => {
    start(state, {})
    state.speaking = undefined
    if (block) startBlock(state.blocks, index, block)
  },
  content_block_delta: (state, { index, delta = {} }) => {
    state.speaking = changeBlock(state.blocks, index, delta)
  },
  content_block_stop: (state, { index }) => {
    state.speaking = undefined
    stopBlock(state.blocks, index)
  },
  message_delta: (state, event) => takeDelta(state, event),
  message_stop: (state, event) => {
    if (state.stop === undefined) throw incomplete()
    state.stop.reason = guardedStop(event, state.stop.reason)
    finish(state, event['amazon-bedrock-invocationMetrics'])
  },
}

function start(state: State, message: Partial<WireReply>): void {
  if (state.started) return
  state.started = true
  const { id, model, usage } = message
  state.startUsage = usage
  state.startFields = unknownFields(message, REPLY_FIELDS)
  state.blocks.out.push({
    type: 'reply-start',
    ...(id && { id }),
    ...(model && { model }),
    ...(usage && { usage: decodeUsage(usage) }),
    ...extrasOf({ usage, fields: state.startFields }),
  })
}

const DELTA_FIELDS: ReadonlySet<string> = new Set(['stop_reason', 'stop_sequence'])
const DELTA_EVENT_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'delta',
  'usage',
  GUARDRAIL_ACTION,
])

// A stream may count more than once before it ends; the last count holds.
function takeDelta(state: State, event: WireEvent): void {
  start(state, {})
  const { delta = {}, usage } = event
  const before = state.stop
  state.stop = {
    reason: guardedStop(
      event,
      (delta['stop_reason'] as string | null | undefined) ?? before?.reason ?? null,
    ),
    sequence: (delta['stop_sequence'] as string | null | undefined) ?? before?.sequence,
    usage: mergeUsage(before?.usage, usage),
    fields: merged(
      before?.fields,
      unknownFields(delta, DELTA_FIELDS),
      unknownFields(event, DELTA_EVENT_FIELDS),
    ),
  }
  state.speaking = undefined
}

function merged(...parts: (Fields | undefined)[]): Fields | undefined {
  const found = parts.filter((part) => part !== undefined)
  return found.length > 0 ? Object.assign({}, ...found) : undefined
}

function finish(state: State, metrics: InvocationMetrics | undefined): void {
  const { blocks, stop, startUsage } = state
  state.ended = true
  finishBlocks(blocks)
  const hidden = blocks.undo.outputTool !== undefined && !blocks.called
  const end = decodeEnd({
    reason: hidden && stop?.reason === 'tool_use' ? 'end_turn' : stop?.reason,
    sequence: stop?.sequence,
    usage: countAtEnd(startUsage, stop?.usage),
    deltaUsage: stop?.usage,
    metrics,
    fields: merged(state.startFields, stop?.fields),
  })
  if (end.usage.estimated) end.usage.output = Math.ceil(blocks.length / CHARACTERS_PER_TOKEN)
  blocks.out.push({ type: 'reply-end', ...end })
}

/** What was written when a stream began is not what it came to. */
function countAtEnd(
  start: Partial<WireUsage> | undefined,
  stop: Partial<WireUsage> | undefined,
): Partial<WireUsage> | undefined {
  const merged = mergeUsage(start, stop)
  if (!merged || stop?.output_tokens != null) return merged
  const { output_tokens: _, ...others } = merged
  return others
}
