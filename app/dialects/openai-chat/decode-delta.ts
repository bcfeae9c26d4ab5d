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
  /** In the order they began; they may interleave, so all stay open until the end. */
  calls: OpenCall[]
  /** By the wire's index, which some servers give to one call after the other. */
  places: Map<number, number>
  lastCall: number
  /** Something of the wire's had to be put right. */
  mended: boolean
}

interface DeltaReader {
  /**
   * Calls that come without an id get theirs from the reply's, in the choice as well; whether anything of it
   * had to be put right.
   */
  read(choice: WireChunkChoice, events: ReplyEvent[], replyId: string | undefined): boolean
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
    calls: [],
    places: new Map(),
    lastCall: -1,
    mended: false,
  }
  return {
    read(choice, events, replyId) {
      state.events = events
      state.replyId = replyId
      state.mended = false
      readDelta(state, choice.delta ?? {})
      if (choice.logprobs) whole(state, nativePart({ logprobs: choice.logprobs }))
      return state.mended
    },
    close(events) {
      state.events = events
      closeAll(state)
    },
    called: () => state.calls.length > 0,
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
  if (delta.function_call) {
    // The older form knows neither ids nor indexes, and needs none.
    const { mended } = state
    readCall(state, { index: 0, function: delta.function_call })
    state.mended = mended
  }
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
    : argumentsOf(state, wire.function)
  if (text) pushArguments(state, call, text)
}

/** Some servers send the arguments as the object they stand for. */
function argumentsOf(state: State, made: { arguments?: unknown } | undefined): string | undefined {
  const text = made?.arguments
  if (typeof text !== 'object' || text === null) return (text as string | undefined) ?? undefined
  state.mended = true
  const written = JSON.stringify(text)
  made!.arguments = written
  return written
}

/**
 * The call a delta goes on with, or a new one. Some servers leave the index out, one call after the other,
 * each with its id; others give all of them the same one. Either is put right in the wire itself.
 */
function callOf(state: State, wire: WireCalledToolDelta): OpenCall {
  const { calls } = state
  const key = placeOf(state, wire)
  if (wire.index !== key) {
    wire.index = key
    state.mended = true
  }
  state.lastCall = key
  const known = calls[key]
  if (known) return known
  const call: OpenCall = {
    id: wire.id || callId(state.replyId, key),
    custom: wire.type === 'custom',
    early: '',
  }
  if (!wire.id) {
    wire.id = call.id
    wire.type ??= 'function'
    state.mended = true
  }
  calls[key] = call
  return call
}

function placeOf({ calls, places, lastCall }: State, wire: WireCalledToolDelta): number {
  const { index, id } = wire
  const name = wire.function?.name ?? wire.custom?.name
  if (typeof index !== 'number') {
    const isNew = Boolean(id) && id !== calls[lastCall]?.id
    return isNew || lastCall < 0 ? calls.length : lastCall
  }
  const place = places.get(index)
  // A name is said once, so another id with another name is another call.
  const isTaken = place !== undefined && Boolean(id && name) && id !== calls[place]?.id
  if (place !== undefined && !isTaken) return place
  places.set(index, calls.length)
  return calls.length
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
  for (const call of state.calls) {
    if (call.index === undefined) continue
    if (call.custom) pushArguments(state, call, '"}')
    state.events.push({ type: 'part-end', index: call.index })
  }
  if (state.refusal) whole(state, { type: 'refusal', text: state.refusal })
  state.refusal = ''
}
