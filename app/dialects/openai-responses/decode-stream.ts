import { createSseReader } from '../../codecs/streams/sse.ts'
import { entryOf } from '../../codecs/table.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { PartHead, ReplyBatch, ReplyEvent, WholePart } from '../../conversation/events.ts'
import { damage } from '../damaged-reply.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { decodeError } from '../openai-refusal.ts'
import {
  callIdOf,
  citationOf,
  decodeEnd,
  refuseFailure,
  type WireAnnotation,
  type WireAnswer,
  type WireOutput,
} from './decode-reply.ts'
import { NAME } from './extras.ts'
import { sealItem } from './thought-item.ts'

/** An event of a stream; only what is read. */
interface WireEvent {
  type?: string
  response?: WireAnswer
  item?: WireOutput
  output_index?: number
  delta?: string
  annotation?: WireAnnotation
  error?: unknown
  message?: string
  code?: string
}

/** One item on its way. */
interface OpenItem {
  /** Its part's place, once it has one. */
  index?: number
  /** Something of it has been said. */
  said: boolean
  refusal: string
}

interface State {
  undo: Undo | undefined
  id: string | undefined
  events: ReplyEvent[]
  parts: number
  called: boolean
  ended: boolean
  /** By the wire's index of the item. */
  items: Map<number, OpenItem>
}

/** A server's streamed answer. It has ended with the event that brings the whole response. */
export function createReplyDecoder(undo?: Undo): ReplyDecoder {
  const reader = createSseReader()
  const state: State = {
    undo,
    id: undefined,
    events: [],
    parts: 0,
    called: false,
    ended: false,
    items: new Map(),
  }
  let failure: unknown

  /** What fails in mid-batch is thrown after the events that came before it in the same bytes. */
  const take = (found: { data: string }[]): ReplyBatch => {
    if (failure !== undefined) throw failure
    state.events = []
    try {
      for (const { data } of found) {
        if (!state.ended && data !== '[DONE]') readEvent(state, parseEvent(data))
      }
    } catch (thrown) {
      failure = thrown
      if (state.events.length === 0) throw thrown
    }
    return state.events
  }
  return {
    read: (bytes) => take(reader.read(bytes)),
    failure: () => failure,
    end() {
      const events = take(reader.end())
      if (state.ended || failure !== undefined) return events
      throw incomplete()
    },
  }
}

function parseEvent(data: string): WireEvent {
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch (cause) {
    throw damage(cause)
  }
  return (event ?? {}) as WireEvent
}

type Read = (state: State, event: WireEvent) => void

const READERS: Readonly<Record<string, Read>> = {
  'response.created': begin,
  'response.output_text.delta': (state, event) => say(state, event, { type: 'text' }),
  'response.reasoning_text.delta': (state, event) => say(state, event, { type: 'reasoning' }),
  'response.reasoning_summary_text.delta': (state, event) =>
    say(state, event, { type: 'reasoning' }),
  'response.output_item.added': open,
  'response.function_call_arguments.delta': (state, { output_index: at, delta = '' }) => {
    const item = itemOf(state, at)
    if (item.index !== undefined) push(state, item, delta)
  },
  'response.refusal.delta': (state, { output_index: at, delta = '' }) => {
    itemOf(state, at).refusal += delta
  },
  'response.output_text.annotation.added': annotate,
  'response.output_item.done': close,
  'response.completed': finish,
  'response.incomplete': finish,
  'response.failed': fail,
  error: fail,
}

function readEvent(state: State, event: WireEvent): void {
  entryOf(READERS, event.type ?? '')?.(state, event)
}

function begin(state: State, { response = {} }: WireEvent): void {
  const { id, model } = response
  state.id = id
  state.events.push({ type: 'reply-start', ...(id && { id }), ...(model && { model }) })
}

function itemOf({ items }: State, at = 0): OpenItem {
  const known = items.get(at)
  if (known) return known
  const item: OpenItem = { said: false, refusal: '' }
  items.set(at, item)
  return item
}

function start(state: State, item: OpenItem, part: PartHead): number {
  if (item.index !== undefined) return item.index
  item.index = state.parts++
  state.events.push({ type: 'part-start', index: item.index, part })
  return item.index
}

function push(state: State, item: OpenItem, text: string): void {
  if (text === '' || item.index === undefined) return
  item.said = true
  state.events.push({ type: 'part-delta', index: item.index, text })
}

function say(state: State, { output_index: at, delta = '' }: WireEvent, head: PartHead): void {
  const item = itemOf(state, at)
  start(state, item, head)
  push(state, item, delta)
}

function open(state: State, { output_index: at, item: wire = {} }: WireEvent): void {
  const item = itemOf(state, at)
  if (wire.type !== 'function_call') return
  const name = wire.name ?? ''
  state.called = true
  start(state, item, {
    type: 'tool-call',
    id: callIdOf(wire, state.id),
    name: state.undo?.toolNames?.get(name) ?? name,
  })
}

function annotate(state: State, { output_index: at, annotation }: WireEvent): void {
  const { index } = itemOf(state, at)
  const citation = annotation && citationOf(annotation)
  if (citation && index !== undefined) state.events.push({ type: 'part-citation', index, citation })
}

/** Ends the part of an item, with what of it was never streamed. */
function close(state: State, { output_index: at, item: wire = {} }: WireEvent): void {
  const item = itemOf(state, at)
  if (wire.type === 'function_call') {
    open(state, { output_index: at, item: wire })
    if (!item.said) push(state, item, wire.arguments ?? '')
  }
  const signature = wire.type === 'reasoning' ? sealItem(wire) : undefined
  // A thought that only its maker can read is one all the same.
  if (signature) start(state, item, { type: 'reasoning' })
  if (item.index !== undefined) {
    const index = item.index
    state.events.push({ type: 'part-end', index, ...(signature && { signature }) })
  }
  if (item.refusal) addWhole(state, { type: 'refusal', text: item.refusal })
  if (wire.type !== undefined && !UNDERSTOOD.has(wire.type)) {
    addWhole(state, { type: 'native', dialect: NAME, value: wire })
  }
  state.items.delete(at ?? 0)
}

const UNDERSTOOD: ReadonlySet<string> = new Set(['message', 'reasoning', 'function_call'])

function addWhole(state: State, part: WholePart): void {
  const index = state.parts++
  state.events.push(
    { type: 'part-start', index, part: { type: 'whole', part } },
    { type: 'part-end', index },
  )
}

function finish(state: State, { response = {} }: WireEvent): void {
  refuseFailure(response)
  for (const at of [...state.items.keys()]) close(state, { output_index: at })
  state.ended = true
  state.events.push({ type: 'reply-end', ...decodeEnd(response, state.called) })
}

function fail(_: State, { response, error, message, code }: WireEvent): void {
  if (response) refuseFailure(response)
  throw decodeError(undefined, { error: error ?? { message, code } })
}
