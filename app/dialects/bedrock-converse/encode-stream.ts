import { bytesOfText } from '../../codecs/bytes/byte-text.ts'
import { encodeEventStreamMessage } from '../../codecs/event-stream/event-stream.ts'
import { sseComment, sseEvent } from '../../codecs/streams/sse.ts'
import type { PartHead, ReplyEvent } from '../../conversation/events.ts'
import type { GatewayError } from '../../errors.ts'
import { streamExceptionName } from '../bedrock-exceptions.ts'
import type { ByteReplyEncoder, ReplyEncoder } from '../dialect.ts'
import { exceptionFrame, joined } from '../invoke-chunks.ts'
import { encodeCitation } from './encode-blocks.ts'
import { encodeEnd, encodeReplyPart, replyEncoding } from './encode-reply.ts'
import type { Encoding } from './encoding.ts'
import { createInTurn } from './in-turn.ts'
import {
  type BlockDelta,
  type BlockStart,
  type ContentBlock,
  DIALECT,
  type StreamPayloads,
} from './wire.ts'

/** One event of the stream before it is framed. */
interface Frame {
  type: string
  payload: unknown
}

type PartDelta = (text: string) => BlockDelta

const TEXT_DELTA: PartDelta = (text) => ({ text })
const REASONING_DELTA: PartDelta = (text) => ({ reasoningContent: { text } })
const CALL_DELTA: PartDelta = (text) => ({ toolUse: { input: text } })

const DELTAS: Record<PartHead['type'], PartDelta> = {
  text: TEXT_DELTA,
  reasoning: REASONING_DELTA,
  'tool-call': CALL_DELTA,
  whole: TEXT_DELTA,
}

/** Events as the frames of ConverseStream. */
interface FrameWriter {
  frames(events: ReplyEvent[]): Frame[]
}

interface OpenParts {
  /** How each says more. */
  deltas: Map<number, PartDelta>
  /** Calls without arguments so far. Clients parse what they joined, so each is told at least an empty object. */
  silentCalls: Set<number>
}

function createFrameWriter(): FrameWriter {
  const encoding = replyEncoding()
  const open: OpenParts = { deltas: new Map(), silentCalls: new Set() }
  const inTurn = createInTurn()
  return {
    frames: (events) => inTurn(events).flatMap((event) => encodeEvent(event, open, encoding)),
  }
}

function encodeEvent(
  event: ReplyEvent,
  { deltas, silentCalls }: OpenParts,
  encoding: Encoding,
): Frame[] {
  switch (event.type) {
    case 'reply-start':
      return [frame('messageStart', { role: 'assistant' })]
    case 'part-start':
      deltas.set(event.index, DELTAS[event.part.type])
      if (event.part.type === 'tool-call') silentCalls.add(event.index)
      return startPart(event.index, event.part, encoding)
    case 'part-delta':
      if (event.text !== '') silentCalls.delete(event.index)
      return [deltaFrame(event.index, (deltas.get(event.index) ?? TEXT_DELTA)(event.text))]
    case 'part-citation':
      return [deltaFrame(event.index, { citation: encodeCitation(event.citation) })]
    case 'part-end': {
      deltas.delete(event.index)
      const { index, signature, redacted } = event
      const sealed: Frame[] = []
      if (silentCalls.delete(index)) sealed.push(deltaFrame(index, CALL_DELTA('{}')))
      if (signature !== undefined) sealed.push(reasoningFrame(index, { signature }))
      if (redacted !== undefined) sealed.push(reasoningFrame(index, { redactedContent: redacted }))
      return [...sealed, frame('contentBlockStop', { contentBlockIndex: index })]
    }
    default: {
      const { stopReason, additionalModelResponseFields, ...metadata } = encodeEnd(event)
      const fields = additionalModelResponseFields ? { additionalModelResponseFields } : {}
      return [frame('messageStop', { stopReason, ...fields }), frame('metadata', metadata)]
    }
  }
}

function startPart(index: number, part: PartHead, encoding: Encoding): Frame[] {
  if (part.type === 'tool-call') {
    const toolUse = { toolUseId: part.id, name: part.name }
    return [
      startFrame(index, { toolUse: part.server ? { ...toolUse, type: part.server } : toolUse }),
    ]
  }
  if (part.type !== 'whole') return []
  return encodeReplyPart(part.part, encoding).flatMap((block) => wholeFrames(index, block))
}

/** A block that is whole at once, as far as a stream has a form for it. */
function wholeFrames(index: number, block: ContentBlock): Frame[] {
  const { text, toolResult, image } = block
  if (toolResult) {
    const { content, ...start } = toolResult
    return [startFrame(index, { toolResult: start }), deltaFrame(index, { toolResult: content })]
  }
  if (image) {
    const { format, source } = image
    return [startFrame(index, { image: { format } }), deltaFrame(index, { image: { source } })]
  }
  return text === undefined ? [] : [deltaFrame(index, { text })]
}

function frame<Type extends keyof StreamPayloads>(
  type: Type,
  payload: StreamPayloads[Type],
): Frame {
  return { type, payload }
}

const startFrame = (contentBlockIndex: number, start: BlockStart) =>
  frame('contentBlockStart', { contentBlockIndex, start })

const deltaFrame = (contentBlockIndex: number, delta: BlockDelta) =>
  frame('contentBlockDelta', { contentBlockIndex, delta })

const reasoningFrame = (index: number, reasoningContent: BlockDelta['reasoningContent']) =>
  deltaFrame(index, { reasoningContent })

/** The stream as AWS sends it. */
export function createByteReplyEncoder(): ByteReplyEncoder {
  const writer = createFrameWriter()
  return {
    write(events) {
      const { verbatim } = events
      if (verbatim?.dialect === DIALECT) return bytesOfText(verbatim.text)
      return joined(writer.frames(events).map(eventBytes))
    },
    end: () => new Uint8Array(0),
    fail: exceptionFrame,
  }
}

function eventBytes({ type, payload }: Frame): Uint8Array {
  const headers = {
    ':event-type': type,
    ':content-type': 'application/json',
    ':message-type': 'event',
  }
  return encodeEventStreamMessage(headers, JSON.stringify(payload))
}

/** The same events as SSE, one `event` and one `data` line each, for clients that read no event streams. */
export function createReplyEncoder(): ReplyEncoder {
  const writer = createFrameWriter()
  const write = (events: ReplyEvent[]) => writer.frames(events).map(sse).join('')
  return {
    write,
    end: () => '',
    fail: (error: GatewayError) =>
      sse({ type: streamExceptionName(error), payload: { message: error.message } }),
    keepAlive: sseComment('keep-alive'),
  }
}

const sse = ({ type, payload }: Frame) => sseEvent(type, JSON.stringify(payload))
