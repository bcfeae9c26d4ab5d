import { createChunkDecoder } from '../../codecs/event-stream/event-stream-chunks.ts'
import { createSseReader, sseEventHead } from '../../codecs/streams/sse.ts'
import type { ReplyBatch } from '../../conversation/events.ts'
import { damage } from '../damaged-reply.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { decodeException } from './decode-error.ts'
import { NAME } from './extras.ts'
import { createMessageReader } from './read-message.ts'

/** A streamed answer of the API, as server-sent events. */
export function createSseReplyDecoder(undo?: Undo): ReplyDecoder {
  const reader = createSseReader()
  return createDecoder(undo, {
    read: (bytes, take) => {
      for (const { data } of reader.read(bytes)) take(data)
    },
    end: (take) => {
      for (const { data } of reader.end()) take(data)
    },
  })
}

/** A streamed answer of InvokeModelWithResponseStream: Anthropic's events in base64, one a `chunk` frame. */
export function createFrameReplyDecoder(undo?: Undo): ReplyDecoder {
  return createDecoder(undo, createChunkDecoder({ refusal: decodeException, damage }))
}

/** Takes the data of one event. */
type Take = (data: string) => void

interface Framing {
  read(bytes: Uint8Array, take: Take): void
  failure?(): unknown
  end(take: Take): void
}

/**
 * How events begin that go on to the caller as they are; the first and the last one hold names of the upstream's. Said
 * once, for there are many.
 */
const RELAYED: ReadonlyMap<string, string> = new Map(
  ['content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta'].map(
    (type) => [type, sseEventHead(type)],
  ),
)

/**
 * What fails in mid-batch is thrown after the events that came before it in the same bytes. Batches carry
 * their own text where the request had nothing changed that would have to be undone in it.
 */
function createDecoder(undo: Undo | undefined, framing: Framing): ReplyDecoder {
  const message = createMessageReader(undo ?? {})
  let failure: unknown
  let text = ''
  const relay = (data: string) => {
    const head = RELAYED.get(message.take(data))
    if (head !== undefined) text += `${head}${oneLine(data)}\n\n`
  }
  const take: Take = undo ? message.take : relay
  const batch = (events: ReplyBatch): ReplyBatch => {
    // An end that comes alone has been told already, by the `message_delta` before it.
    const told = text !== '' || (undo === undefined && events[0]?.type === 'reply-end')
    if (!told) return events
    events.verbatim = { dialect: NAME, text }
    text = ''
    return events
  }
  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const events = message.open()
      try {
        framing.read(bytes, take)
      } catch (thrown) {
        failure = thrown
        if (events.length === 0 && text === '') throw thrown
      }
      return batch(events)
    },
    failure: () => failure ?? framing.failure?.(),
    end() {
      if (failure !== undefined) throw failure
      const events = message.open()
      framing.end(take)
      message.end()
      return batch(events)
    },
  }
}

/** A line break inside an event would end its line; between the tokens of JSON it means nothing. */
function oneLine(data: string): string {
  return data.includes('\n') ? JSON.stringify(JSON.parse(data)) : data
}
