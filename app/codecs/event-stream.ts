import { GatewayError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { bytesOf, createHeadReader, damaged, encodeHeaders } from './event-stream-headers.ts'

/**
 * One message of an AWS event stream (`application/vnd.amazon.eventstream`). `type` is the event's, the
 * exception's or the error's name; `payload` is the body as text, of an error without one
 * `{"message": ...}` made from its headers.
 */
export interface EventFrame {
  messageType: 'event' | 'exception' | 'error'
  type: string
  payload: string
}

/** Bytes of one network read in, the frames that are now whole out. */
export interface EventStreamDecoder {
  /**
   * Throws `upstream` on damage: at once when no whole frame came before it in these bytes, otherwise
   * at the next call, so that where the network cuts never decides which frames are seen.
   */
  read(bytes: Uint8Array): EventFrame[]
  /** The upstream closed. Throws `stream-incomplete` when a frame is unfinished. */
  end(): void
}

const PRELUDE = 12
const CHECKSUM = 4
const LONGEST = 24 * 1024 * 1024
const UTF8_DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const UTF8_ENCODER = new TextEncoder()

/** Decodes frames cut at any byte; every prelude and message checksum is verified. */
export function createEventStreamDecoder(): EventStreamDecoder {
  const frameAt = createFrameReader()
  const held = createHeldFrame()
  let failure: unknown

  /** Completes the frame that earlier reads began; returns where the bytes of the next one start. */
  function finishHeld(bytes: Uint8Array, frames: EventFrame[]): number {
    let at = 0
    if (held.filled < PRELUDE) at = held.fill(bytes, at, PRELUDE)
    if (held.filled < PRELUDE) return at
    const length = frameLength(held.view, 0)
    at = held.fill(bytes, at, length)
    if (held.filled < length) return at
    held.filled = 0
    frames.push(frameAt(held.view, 0))
    return at
  }

  function decode(bytes: Uint8Array, frames: EventFrame[]): void {
    let at = held.filled > 0 ? finishHeld(bytes, frames) : 0
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    while (bytes.length - at >= PRELUDE) {
      const length = frameLength(view, at)
      if (bytes.length - at < length) break
      frames.push(frameAt(view, at))
      at += length
    }
    // What is left is copied: the transport may use its buffer again.
    if (at < bytes.length) held.fill(bytes, at, bytes.length - at)
  }

  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const frames: EventFrame[] = []
      try {
        decode(bytes, frames)
      } catch (error) {
        failure = error
        if (frames.length === 0) throw error
      }
      return frames
    },
    end() {
      if (failure !== undefined) throw failure
      if (held.filled === 0) return
      throw new GatewayError('stream-incomplete', 'The answer broke off. Retry the request.', {
        cause: new Error(`the event stream ended ${held.filled} bytes into a frame`),
      })
    },
  }
}

/** A buffer for the one frame that no single read brought whole; it grows once per frame at most. */
function createHeldFrame() {
  let buffer = new Uint8Array(0)
  const held = {
    filled: 0,
    view: new DataView(buffer.buffer),
    /** Adds bytes from `from` on until there are `goal`; returns where it stopped. */
    fill(bytes: Uint8Array, from: number, goal: number): number {
      if (buffer.length < goal) {
        const larger = new Uint8Array(Math.max(goal, 1024))
        larger.set(buffer.subarray(0, held.filled))
        buffer = larger
        held.view = new DataView(buffer.buffer)
      }
      const to = Math.min(from + goal - held.filled, bytes.length)
      buffer.set(bytes.subarray(from, to), held.filled)
      held.filled += to - from
      return to
    },
  }
  return held
}

/** The length of the frame whose prelude stands at `start`, checked before anybody believes it. */
function frameLength(view: DataView, start: number): number {
  if (crc32(view, start, start + 8) !== view.getUint32(start + 8)) throw damaged('prelude checksum')
  const length = view.getUint32(start)
  const headers = view.getUint32(start + 4)
  if (length > LONGEST || headers > length - PRELUDE - CHECKSUM) {
    throw damaged(`a frame of ${length} bytes with ${headers} bytes of headers`)
  }
  return length
}

function createFrameReader() {
  const headAt = createHeadReader()

  return (view: DataView, start: number): EventFrame => {
    const end = start + view.getUint32(start) - CHECKSUM
    if (crc32(view, start, end) !== view.getUint32(end)) throw damaged('message checksum')
    const body = start + PRELUDE + view.getUint32(start + 4)
    const { messageType, type, message } = headAt(view, start + PRELUDE, body)
    if (body < end) {
      return { messageType, type, payload: UTF8_DECODER.decode(bytesOf(view, body, end)) }
    }
    return {
      messageType,
      type,
      payload: messageType === 'error' ? JSON.stringify({ message }) : '',
    }
  }
}

/** One message as AWS frames it. Header values are text; names with their colon: `:event-type`. */
export function encodeEventStreamMessage(
  headers: Record<string, string>,
  payload: string | Uint8Array,
): Uint8Array<ArrayBuffer> {
  const body = typeof payload === 'string' ? UTF8_ENCODER.encode(payload) : payload
  const block = encodeHeaders(headers)
  const message = new Uint8Array(PRELUDE + block.length + body.length + CHECKSUM)
  const view = new DataView(message.buffer)
  view.setUint32(0, message.length)
  view.setUint32(4, block.length)
  view.setUint32(8, crc32(view, 0, 8))
  message.set(block, PRELUDE)
  message.set(body, PRELUDE + block.length)
  const end = message.length - CHECKSUM
  view.setUint32(end, crc32(view, 0, end))
  return message
}
