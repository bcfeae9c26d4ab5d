import { encodeEventStreamMessage } from '../../../app/codecs/event-stream/event-stream.ts'
import { collect } from '../../../app/conversation/collect.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import { createReplyDecoder } from '../../../app/dialects/bedrock-converse/decode-stream.ts'
import type { Undo } from '../../../app/dialects/dialect.ts'

/** One event of ConverseStream as AWS frames it; `payload` may be JSON text of an odd form. */
export function eventBytes(type: string, payload: unknown): Uint8Array {
  return encodeEventStreamMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    typeof payload === 'string' ? payload : JSON.stringify(payload),
  )
}

export function exceptionBytes(type: string, payload: unknown): Uint8Array {
  return encodeEventStreamMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(payload),
  )
}

export const START = eventBytes('messageStart', { role: 'assistant', p: 'abc' })
export const METADATA = eventBytes('metadata', {
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
  metrics: { latencyMs: 20 },
})

export const stop = (stopReason: string) => eventBytes('messageStop', { stopReason, p: 'ab' })

export const delta = (contentBlockIndex: number, change: unknown) =>
  eventBytes('contentBlockDelta', { contentBlockIndex, delta: change, p: 'abcdefgh' })

export const text = (index: number, words: string) => delta(index, { text: words })

export const begin = (contentBlockIndex: number, start: unknown) =>
  eventBytes('contentBlockStart', { contentBlockIndex, start })

export const end = (contentBlockIndex: number) =>
  eventBytes('contentBlockStop', { contentBlockIndex, p: 'a' })

/** All events of frames that arrive one by one, and of the end of the stream. */
export function eventsOf(frames: Uint8Array[], undo?: Undo): ReplyEvent[] {
  const decoder = createReplyDecoder(undo)
  const events = frames.flatMap((frame) => decoder.read(frame))
  return [...events, ...decoder.end()]
}

export function replyOf(frames: Uint8Array[], undo?: Undo): Reply {
  const collector = collect()
  collector.add(eventsOf(frames, undo))
  return collector.reply()
}
