import { decodeBase64Text } from '../../codecs/base64.ts'
import { createEventStreamDecoder, type EventFrame } from '../../codecs/event-stream.ts'
import { createSseReader } from '../../codecs/sse.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { decodeException } from './decode-error.ts'
import { createMessageReader, type MessageReader } from './read-message.ts'

/** A streamed answer of the API, as server-sent events. */
export function createSseReplyDecoder(undo: Undo = {}): ReplyDecoder {
  const reader = createSseReader()
  return createDecoder(undo, {
    read: (bytes, message) => {
      for (const { data } of reader.read(bytes)) message.take(data)
    },
    end: (message) => {
      for (const { data } of reader.end()) message.take(data)
    },
  })
}

/** A streamed answer of InvokeModelWithResponseStream: Anthropic's events in base64, one a `chunk` frame. */
export function createFrameReplyDecoder(undo: Undo = {}): ReplyDecoder {
  const frames = createEventStreamDecoder()
  return createDecoder(undo, {
    read: (bytes, message) => {
      for (const frame of frames.read(bytes)) takeFrame(frame, message)
    },
    end: () => frames.end(),
  })
}

interface Framing {
  read(bytes: Uint8Array, message: MessageReader): void
  end(message: MessageReader): void
}

/** What fails in mid-batch is thrown after the events that came before it in the same bytes. */
function createDecoder(undo: Undo, framing: Framing): ReplyDecoder {
  const message = createMessageReader(undo)
  let failure: unknown
  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const events = message.open()
      try {
        framing.read(bytes, message)
      } catch (thrown) {
        failure = thrown
        if (events.length === 0) throw thrown
      }
      return events
    },
    end() {
      if (failure !== undefined) throw failure
      const events = message.open()
      framing.end(message)
      message.end()
      return events
    },
  }
}

const BYTES = '{"bytes":"'

function takeFrame({ messageType, type, payload }: EventFrame, message: MessageReader): void {
  if (messageType !== 'event') throw decodeException(type, payload)
  if (type !== 'chunk') return
  message.take(decodeBase64Text(chunkBytes(payload)))
}

/** The base64 of a chunk. AWS writes it first, with padding behind it that need not be parsed. */
function chunkBytes(payload: string): string {
  if (payload.startsWith(BYTES)) {
    const end = payload.indexOf('"', BYTES.length)
    if (end !== -1) return payload.slice(BYTES.length, end)
  }
  try {
    const { bytes } = JSON.parse(payload) as { bytes?: unknown }
    if (typeof bytes === 'string') return bytes
    throw new TypeError('a chunk without bytes')
  } catch (cause) {
    throw new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', { cause })
  }
}
