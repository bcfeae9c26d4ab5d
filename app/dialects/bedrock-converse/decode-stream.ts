import { textOfPayload } from '../../codecs/event-stream/event-stream.ts'
import { createFrameSplitter } from '../../codecs/event-stream/event-stream-frames.ts'
import type { FrameHead } from '../../codecs/event-stream/event-stream-headers.ts'
import { plainText } from '../../codecs/media/plain-text.ts'
import type { ReplyBatch } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { streamError } from './decode-error.ts'
import { decodeEnd } from './decode-reply.ts'
import { decodeStopReason, fittingReason } from './endings.ts'
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
import { createFrameRelay } from './relay.ts'
import { DIALECT, type StreamPayloads } from './wire.ts'

/** Characters of text that make about one token, where AWS sent no bill. */
const CHARACTERS_PER_TOKEN = 4

/** One answer while it comes in. */
interface Stream {
  blocks: Blocks
  started: boolean
  ended: boolean
  stop?: StreamPayloads['messageStop']
  metadata?: StreamPayloads['metadata']
  /** The block that spoke last; nearly always it is the one that speaks next. */
  speaking?: OpenBlock | undefined
}

/**
 * The answer of ConverseStream. Only a `messageStop` ends it well; the bill (`metadata`) may come before
 * or after, and is estimated where it never comes. An exception frame throws what it means, after the
 * events that came before it in the same bytes.
 */
export function createReplyDecoder(undo: Undo = {}): ReplyDecoder {
  const decoder = createDecoder(undo)
  return undo.verbatim ? relayed(decoder) : decoder
}

/** A decoder that tells of how many frames its last batch was made. */
interface CountingDecoder extends ReplyDecoder {
  taken(): number
}

/** The same events, with the frames they came in, for a caller who reads frames himself. */
function relayed(decoder: CountingDecoder): ReplyDecoder {
  const relay = createFrameRelay()
  const withFrames = (events: ReplyBatch, text: string): ReplyBatch => {
    events.verbatim = { dialect: DIALECT, text }
    return events
  }
  return {
    read(bytes) {
      relay.add(bytes)
      const events = decoder.read(bytes)
      return withFrames(events, relay.take(decoder.taken()))
    },
    failure: decoder.failure,
    end() {
      const events = decoder.end()
      return events.length > 0 ? withFrames(events, '') : events
    },
  }
}

function createDecoder(undo: Undo): CountingDecoder {
  const stream: Stream = { blocks: createBlocks(undo), started: false, ended: false }
  let failure: unknown
  let taken = 0
  const splitter = createFrameSplitter((head, payload) => {
    if (failure !== undefined) return
    try {
      takeFrame(stream, head, textOfPayload(head, payload))
      taken++
    } catch (thrown) {
      failure = thrown
    }
  })

  return {
    taken: () => taken,
    read(bytes) {
      if (failure !== undefined) throw failure
      stream.blocks.out = []
      taken = 0
      splitter.read(bytes)
      const { out } = stream.blocks
      if (failure !== undefined && out.length === 0) throw failure
      return out
    },
    failure: () => failure ?? splitter.failure(),
    end() {
      if (failure !== undefined) throw failure
      splitter.end()
      stream.blocks.out = []
      endStream(stream)
      return stream.blocks.out
    },
  }
}

function takeFrame(stream: Stream, { messageType, type }: FrameHead, payload: string): void {
  if (messageType !== 'event') throw streamError(type, payload)
  const { speaking, blocks } = stream
  if (speaking && type === 'contentBlockDelta') {
    // As AWS writes it: `{"contentBlockIndex":0,"delta":{"text":"..."},"p":"..."}`.
    const text = plainText(payload, speaking.prefix, 1)
    if (text !== undefined) {
      if (text !== '') addText(blocks, speaking, text)
      return
    }
  }
  if (stream.ended || !isKnown(type)) return
  start(stream)
  dispatch(stream, type, payload)
}

type Handlers = {
  [Type in keyof StreamPayloads]: (stream: Stream, payload: StreamPayloads[Type]) => void
}

/** What each event does; events nobody knows do nothing. */
const HANDLERS: Handlers = {
  messageStart: () => {},
  contentBlockStart: ({ blocks }, { contentBlockIndex, start = {} }) =>
    startBlock(blocks, contentBlockIndex, start),
  contentBlockDelta: (stream, { contentBlockIndex, delta = {} }) => {
    stream.speaking = changeBlock(stream.blocks, contentBlockIndex, delta)
  },
  contentBlockStop: (stream, { contentBlockIndex }) => {
    stream.speaking = undefined
    stopBlock(stream.blocks, contentBlockIndex)
  },
  messageStop: (stream, payload) => {
    stream.stop = payload
    stream.speaking = undefined
    finishBlocks(stream.blocks)
    if (stream.metadata) finish(stream)
  },
  metadata: (stream, payload) => {
    stream.metadata = payload
    if (stream.stop) finish(stream)
  },
}

const isKnown = (type: string): type is keyof StreamPayloads => Object.hasOwn(HANDLERS, type)

function dispatch<Type extends keyof StreamPayloads>(
  stream: Stream,
  type: Type,
  payload: string,
): void {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload)
  } catch (cause) {
    throw new GatewayError('upstream', 'The answer was damaged. Retry the request.', { cause })
  }
  HANDLERS[type](stream, parsed as StreamPayloads[Type])
}

function start(stream: Stream): void {
  if (stream.started) return
  stream.started = true
  stream.blocks.out.push({ type: 'reply-start' })
}

function finish(stream: Stream): void {
  const { blocks, stop, metadata } = stream
  stream.ended = true
  const reason = fittingReason(decodeStopReason(stop?.stopReason), blocks.called)
  const end = decodeEnd({ ...stop, ...metadata }, reason)
  if (metadata?.usage?.outputTokens === undefined) {
    end.usage.output = Math.ceil(blocks.length / CHARACTERS_PER_TOKEN)
  }
  blocks.out.push({ type: 'reply-end', ...end })
}

/** The upstream closed. */
function endStream(stream: Stream): void {
  if (stream.ended) return
  if (!stream.stop) {
    throw new GatewayError('stream-incomplete', 'The answer broke off. Retry the request.', {
      cause: new Error('the stream ended without messageStop'),
    })
  }
  finish(stream)
}
