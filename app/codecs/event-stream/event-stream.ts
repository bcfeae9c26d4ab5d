import { crc32 } from './crc32.ts'
import { CHECKSUM, createFrameSplitter, PRELUDE } from './event-stream-frames.ts'
import { encodeHeaders, type FrameHead } from './event-stream-headers.ts'

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
interface EventStreamDecoder {
  /**
   * Throws `upstream` on damage: at once when no whole frame came before it in these bytes, otherwise
   * at the next call, so that where the network cuts never decides which frames are seen.
   */
  read(bytes: Uint8Array): EventFrame[]
  /** What the next call will throw. */
  failure(): unknown
  /** The upstream closed. Throws `stream-incomplete` when a frame is unfinished. */
  end(): void
}

const UTF8_DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const UTF8_ENCODER = new TextEncoder()

/** Decodes frames cut at any byte. */
export function createEventStreamDecoder(): EventStreamDecoder {
  let frames: EventFrame[] = []
  const splitter = createFrameSplitter((head, bytes) => {
    const { messageType, type } = head
    frames.push({ messageType, type, payload: textOfPayload(head, bytes) })
  })
  return {
    read(bytes) {
      frames = []
      splitter.read(bytes)
      return frames
    },
    failure: splitter.failure,
    end: () => splitter.end(),
  }
}

/** The payload of a frame as text; what stands for it where there is none. */
export function textOfPayload({ messageType, message }: FrameHead, payload: DataView): string {
  if (payload.byteLength > 0) return UTF8_DECODER.decode(payload)
  return messageType === 'error' ? JSON.stringify({ message }) : ''
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
