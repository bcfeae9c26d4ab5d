import { EventStreamCodec } from '@smithy/core/event-streams'

/** One message of an AWS event stream: an event, or the exception that breaks the stream. */
export type FakeFrame =
  | { event: string; payload: unknown }
  | { exception: string; payload: unknown }

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => new TextEncoder().encode(text),
)

/** The bytes of one message as AWS sends them. */
export function encodeFrame(frame: FakeFrame): Uint8Array {
  const [kind, name] = 'event' in frame ? ['event', frame.event] : ['exception', frame.exception]
  return codec.encode({
    headers: {
      [`:${kind}-type`]: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    },
    body: new TextEncoder().encode(JSON.stringify(frame.payload)),
  })
}

interface FakeUsage {
  inputTokens: number
  outputTokens: number
  totalTokens: number
  cacheReadInputTokens?: number
}

const USAGE: FakeUsage = { inputTokens: 9, outputTokens: 4, totalTokens: 13 }

/** A whole text answer of ConverseStream, one delta per piece. */
export function textFrames(pieces: string[], usage: FakeUsage = USAGE): FakeFrame[] {
  return [
    { event: 'messageStart', payload: { role: 'assistant' } },
    ...pieces.map((text) => ({
      event: 'contentBlockDelta',
      payload: { contentBlockIndex: 0, delta: { text } },
    })),
    { event: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
    { event: 'messageStop', payload: { stopReason: 'end_turn' } },
    { event: 'metadata', payload: { usage, metrics: { latencyMs: 12 } } },
  ]
}

/** The same as one answer of Converse. */
export function textReply(text: string, usage: FakeUsage = USAGE): unknown {
  return {
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage,
    metrics: { latencyMs: 12 },
  }
}

/** A tool call of ConverseStream, its arguments in the pieces given. */
export function toolCallFrames(id: string, name: string, pieces: string[]): FakeFrame[] {
  return [
    { event: 'messageStart', payload: { role: 'assistant' } },
    {
      event: 'contentBlockStart',
      payload: { contentBlockIndex: 0, start: { toolUse: { toolUseId: id, name } } },
    },
    ...pieces.map((input) => ({
      event: 'contentBlockDelta',
      payload: { contentBlockIndex: 0, delta: { toolUse: { input } } },
    })),
    { event: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
    { event: 'messageStop', payload: { stopReason: 'tool_use' } },
    { event: 'metadata', payload: { usage: USAGE, metrics: { latencyMs: 12 } } },
  ]
}
