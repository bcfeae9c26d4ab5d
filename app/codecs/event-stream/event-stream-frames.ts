import { GatewayError } from '../../errors.ts'
import { crc32 } from './crc32.ts'
import { createHeadReader, damaged, type FrameHead } from './event-stream-headers.ts'

/** Bytes before the headers of a frame: two lengths and their checksum. */
export const PRELUDE = 12
/** Bytes behind the payload. */
export const CHECKSUM = 4
const LONGEST = 24 * 1024 * 1024

/** Hears of one frame. The payload is a view of bytes that may be used again as soon as this returns. */
type TakeFrame = (head: FrameHead, payload: DataView) => void

/** Bytes of one network read in; the frames that are now whole are handed over. */
interface FrameSplitter {
  /**
   * Throws `upstream` on damage: at once when no whole frame came before it in these bytes, otherwise
   * at the next call, so that where the network cuts never decides which frames are seen.
   */
  read(bytes: Uint8Array): void
  /** What the next call will throw. */
  failure(): unknown
  /** The upstream closed. Throws `stream-incomplete` when a frame is unfinished. */
  end(): void
}

/** Finds the frames of an AWS event stream cut at any byte; every prelude and message checksum is verified. */
export function createFrameSplitter(take: TakeFrame): FrameSplitter {
  const headAt = createHeadReader()
  const held = createHeldFrame()
  let taken = 0
  let failure: unknown

  function takeAt(view: DataView, start: number): void {
    const end = start + view.getUint32(start) - CHECKSUM
    if (crc32(view, start, end) !== view.getUint32(end)) throw damaged('message checksum')
    const body = start + PRELUDE + view.getUint32(start + 4)
    const payload = new DataView(view.buffer, view.byteOffset + body, end - body)
    take(headAt(view, start + PRELUDE, body), payload)
    taken++
  }

  /** Completes the frame that earlier reads began; returns where the bytes of the next one start. */
  function finishHeld(bytes: Uint8Array): number {
    let at = 0
    if (held.filled < PRELUDE) at = held.fill(bytes, at, PRELUDE)
    if (held.filled < PRELUDE) return at
    const length = frameLength(held.view, 0)
    at = held.fill(bytes, at, length)
    if (held.filled < length) return at
    held.filled = 0
    takeAt(held.view, 0)
    return at
  }

  function split(bytes: Uint8Array): void {
    let at = held.filled > 0 ? finishHeld(bytes) : 0
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    while (bytes.length - at >= PRELUDE) {
      const length = frameLength(view, at)
      if (bytes.length - at < length) break
      takeAt(view, at)
      at += length
    }
    // What is left is copied: the transport may use its buffer again.
    if (at < bytes.length) held.fill(bytes, at, bytes.length - at)
  }

  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      taken = 0
      try {
        split(bytes)
      } catch (error) {
        failure = error
        if (taken === 0) throw error
      }
    },
    failure: () => failure,
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
