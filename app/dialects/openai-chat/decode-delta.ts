import type { PartHead, ReplyEvent, WholePart } from '../../conversation/events.ts'
import type { Undo } from '../dialect.ts'
import { withPlainContent } from './content-pieces.ts'
import { decodeImage, MESSAGE_FIELDS } from './decode-reply.ts'
import { type Calls, callOf, type OpenCall } from './delta-calls.ts'
import { unknownFields } from './extras.ts'
import { citationOf, nativePart } from './reply-parts.ts'
import type { WireReasoningDetail } from './wire-messages.ts'
import type { WireCalledToolDelta, WireChunk, WireDelta } from './wire-reply.ts'

type WireChunkChoice = WireChunk['choices'][number]

interface OpenThought {
  index: number
  /** Its text came as plain text, so the details' copy of it is not read again. */
  plain: boolean
}

/** One choice of a server's stream, as parts that open and close. */
interface State extends Calls {
  undo: Undo | undefined
  events: ReplyEvent[]
  parts: number
  /** Who speaks: told by the server, or by us in its place. */
  role: 'theirs' | 'ours' | undefined
  text: number | undefined
  thought: OpenThought | undefined
  refusal: string
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
    role: undefined,
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
      choice.delta ??= {}
      const { delta } = choice
      state.mended = withPlainContent(delta)
      if (state.role !== 'theirs') tellRole(state, delta)
      readDelta(state, delta)
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

/** OpenAI's client for JavaScript throws where nobody tells the role, the one for Python adds up what is told twice. */
function tellRole(state: State, delta: WireDelta): void {
  if (state.role === undefined) {
    state.role = delta.role ? 'theirs' : 'ours'
    if (delta.role) return
    delta.role = 'assistant'
    state.mended = true
  } else if (delta.role !== undefined) {
    delete delta.role
    state.mended = true
  }
}

function readDelta(state: State, delta: WireDelta): void {
  readThought(state, delta)
  if (delta.content) readText(state, delta.content)
  for (const annotation of delta.annotations ?? []) {
    // OpenRouter's annotations may also describe files.
    if (!annotation.url_citation) continue
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

function whole(state: State, part: WholePart): void {
  const index = open(state, { type: 'whole', part })
  state.events.push({ type: 'part-end', index })
}

function readThought(state: State, delta: WireDelta): void {
  const plain = delta.reasoning_content || delta.reasoning
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
    call.name = name
    const caller = state.undo?.toolNames?.get(name) ?? name
    call.index = open(state, { type: 'tool-call', id: call.id, name: caller })
    if (call.custom) pushArguments(state, call, '{"input":"')
    else if (call.early) pushArguments(state, call, '')
  }
  const text = wire.custom
    ? JSON.stringify(wire.custom.input ?? '').slice(1, -1)
    : argumentsOf(state, wire.function)
  if (!text) return
  if (call.said !== undefined) call.said += text
  pushArguments(state, call, text)
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
    // Some servers send the finish reason twice.
    if (call.index === undefined || call.closed) continue
    call.closed = true
    if (call.custom) pushArguments(state, call, '"}')
    state.events.push({ type: 'part-end', index: call.index })
  }
  if (state.refusal) whole(state, { type: 'refusal', text: state.refusal })
  state.refusal = ''
}
