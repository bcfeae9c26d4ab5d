import type { Part } from '../../conversation/conversation.ts'
import type { PartHead, ReplyEvent } from '../../conversation/events.ts'
import type { Undo } from '../dialect.ts'
import { callId, decodeImage, MESSAGE_FIELDS } from './decode-reply.ts'
import { unknownFields } from './extras.ts'
import { citationOf, nativePart } from './reply-parts.ts'
import type { WireReasoningDetail } from './wire-messages.ts'
import type { WireCalledToolDelta, WireChunk, WireDelta } from './wire-reply.ts'

type WireChunkChoice = WireChunk['choices'][number]

/** A call on its way. It opens when its name is known. */
interface OpenCall {
  index?: number
  id: string
  custom: boolean
  /** Arguments that came before the name. */
  early: string
}

interface OpenThought {
  index: number
  /** Its text came as plain text, so the details' copy of it is not read again. */
  plain: boolean
}

/** One choice of a server's stream, as parts that open and close. */
interface State {
  undo: Undo | undefined
  replyId: string | undefined
  events: ReplyEvent[]
  parts: number
  text: number | undefined
  thought: OpenThought | undefined
  refusal: string
  /** By the wire's index; calls may interleave, so all stay open until the end. */
  calls: Map<number, OpenCall>
  lastCall: number
}

export interface DeltaReader {
  /** Calls that come without an id get theirs from the reply's. */
  read(choice: WireChunkChoice, events: ReplyEvent[], replyId: string | undefined): void
  /** Closes what is open. */
  close(events: ReplyEvent[]): void
  /** Whether the model called tools. */
  called(): boolean
}

/** Turns the deltas of one choice into events. A thought ends where text begins, text where a call begins. */
export function createDeltaReader(undo: Undo | undefined): DeltaReader {
  const state: State = {
    undo,
    replyId: undefined,
    events: [],
    parts: 0,
    text: undefined,
    thought: undefined,
    refusal: '',
    calls: new Map(),
    lastCall: -1,
  }
  return {
    read(choice, events, replyId) {
      state.events = events
      state.replyId = replyId
      readDelta(state, choice.delta ?? {})
      if (choice.logprobs) whole(state, nativePart({ logprobs: choice.logprobs }))
    },
    close(events) {
      state.events = events
      closeAll(state)
    },
    called: () => state.calls.size > 0,
  }
}

function readDelta(state: State, delta: WireDelta): void {
  readThought(state, delta)
  if (delta.content) readText(state, delta.content)
  for (const annotation of delta.annotations ?? []) {
    const index = openText(state)
    state.events.push({ type: 'part-citation', index, citation: citationOf(annotation) })
  }
  if (delta.refusal) state.refusal += delta.refusal
  for (const call of delta.tool_calls ?? []) readCall(state, call)
  if (delta.function_call) readCall(state, { index: 0, function: delta.function_call })
  for (const image of (delta['images'] ?? []) as Record<string, unknown>[]) {
    const part = decodeImage(image)
    if (part) whole(state, part)
  }
  const rest = unknownFields(delta, MESSAGE_FIELDS)
  if (rest) whole(state, nativePart({ delta: rest }))
}

function open(state: State, part: PartHead): number {
  const index = state.parts++
  state.events.push({ type: 'part-start', index, part })
  return index
}

function whole(state: State, part: Part): void {
  const index = open(state, { type: 'whole', part })
  state.events.push({ type: 'part-end', index })
}

function readThought(state: State, delta: WireDelta): void {
  const plain = delta.reasoning_content ?? delta.reasoning
  if (plain) {
    const thought = openThought(state)
    thought.plain = true
    state.events.push({ type: 'part-delta', index: thought.index, text: plain })
  }
  for (const detail of delta.reasoning_details ?? []) readDetail(state, detail)
}

function readDetail(state: State, detail: WireReasoningDetail): void {
  if (detail.data) {
    endThought(state, {})
    const index = open(state, { type: 'reasoning' })
    state.events.push({ type: 'part-end', index, redacted: detail.data })
    return
  }
  const text = detail.text ?? detail.summary
  if (text && !state.thought?.plain) {
    const { index } = openThought(state)
    state.events.push({ type: 'part-delta', index, text })
  }
  if (!detail.signature) return
  openThought(state)
  endThought(state, { signature: detail.signature })
}

function openThought(state: State): OpenThought {
  state.thought ??= { index: open(state, { type: 'reasoning' }), plain: false }
  return state.thought
}

function endThought(state: State, seal: { signature?: string }): void {
  if (!state.thought) return
  state.events.push({ type: 'part-end', index: state.thought.index, ...seal })
  state.thought = undefined
}

function readText(state: State, text: string): void {
  const index = openText(state)
  state.events.push({ type: 'part-delta', index, text })
}

function openText(state: State): number {
  endThought(state, {})
  state.text ??= open(state, { type: 'text' })
  return state.text
}

function endText(state: State): void {
  if (state.text === undefined) return
  state.events.push({ type: 'part-end', index: state.text })
  state.text = undefined
}

function readCall(state: State, wire: WireCalledToolDelta): void {
  endThought(state, {})
  endText(state)
  const call = callOf(state, wire)
  const name = wire.function?.name ?? wire.custom?.name
  if (call.index === undefined && name) {
    const caller = state.undo?.toolNames?.get(name) ?? name
    call.index = open(state, { type: 'tool-call', id: call.id, name: caller })
    if (call.custom) pushArguments(state, call, '{"input":"')
    else if (call.early) pushArguments(state, call, '')
  }
  const text = wire.custom
    ? JSON.stringify(wire.custom.input ?? '').slice(1, -1)
    : wire.function?.arguments
  if (text) pushArguments(state, call, text)
}

// Some servers leave the index out, one call after the other, each with its id.
function callOf(state: State, wire: WireCalledToolDelta): OpenCall {
  const fresh = wire.id !== undefined && wire.id !== state.calls.get(state.lastCall)?.id
  const key = wire.index ?? (fresh ? state.calls.size : Math.max(state.lastCall, 0))
  state.lastCall = key
  const known = state.calls.get(key)
  if (known) return known
  const id = wire.id || callId(state.replyId, key)
  const call: OpenCall = { id, custom: wire.type === 'custom', early: '' }
  state.calls.set(key, call)
  return call
}

function pushArguments(state: State, call: OpenCall, text: string): void {
  if (call.index === undefined) {
    call.early += text
    return
  }
  const whole = call.early + text
  call.early = ''
  state.events.push({ type: 'part-delta', index: call.index, text: whole })
}

function closeAll(state: State): void {
  endThought(state, {})
  endText(state)
  for (const call of state.calls.values()) {
    if (call.index === undefined) continue
    if (call.custom) pushArguments(state, call, '"}')
    state.events.push({ type: 'part-end', index: call.index })
  }
  if (state.refusal) whole(state, { type: 'refusal', text: state.refusal })
  state.refusal = ''
}
