import { encodeBase64 } from '../codecs/bytes/base64.ts'
import { concatenated } from '../codecs/bytes/byte-pieces.ts'
import { encodeEventStreamMessage } from '../codecs/event-stream/event-stream.ts'
import type { ReplyEvent, Usage } from '../conversation/events.ts'
import type { GatewayError } from '../errors.ts'
import { streamExceptionName } from './bedrock-exceptions.ts'
import type { ByteReplyEncoder, ReplyEncoder } from './dialect.ts'

const EVENT = {
  ':event-type': 'chunk',
  ':content-type': 'application/json',
  ':message-type': 'event',
}
const UTF8 = new TextEncoder()
const DATA = 'data: '
const NOTHING = new Uint8Array(0)

/**
 * The stream of InvokeModelWithResponseStream: what a dialect writes as server-sent events, each event's
 * data as one `chunk` frame. The last one tells the bill, as Bedrock adds it to whatever the model said.
 */
export function chunked(encoder: ReplyEncoder): ByteReplyEncoder {
  /** Since the reply has ended: the last data, for it is known at the end only that it was the last. */
  let held: string | undefined
  let usage: Usage | undefined
  const take = (text: string): Uint8Array => {
    const frames: Uint8Array[] = []
    for (const data of dataOf(text)) {
      if (held !== undefined) frames.push(chunk(held))
      held = undefined
      if (usage) held = data
      else frames.push(chunk(data))
    }
    return joined(frames)
  }
  return {
    write(events, choice) {
      for (const event of events) if (event.type === 'reply-end') usage = billed(event)
      return take(encoder.write(events, choice))
    },
    end() {
      const frames = take(encoder.end())
      return held === undefined ? frames : joined([frames, chunk(withMetrics(held, usage))])
    },
    fail(error) {
      const before = held === undefined ? NOTHING : chunk(held)
      held = undefined
      return joined([before, exceptionFrame(error)])
    },
  }
}

const billed = ({ usage }: Extract<ReplyEvent, { type: 'reply-end' }>): Usage => usage

/** The data of every event, but for what only keeps or ends a stream of server-sent events. */
function* dataOf(text: string): Iterable<string> {
  for (const frame of text.split('\n\n')) {
    const at = frame.startsWith(DATA) ? 0 : frame.indexOf(`\n${DATA}`) + 1
    if (at === 0 && !frame.startsWith(DATA)) continue
    const data = frame.slice(at + DATA.length)
    if (!IDLE.has(data)) yield data
  }
}

const IDLE: ReadonlySet<string> = new Set(['{"type":"ping"}', '[DONE]'])

/** The members go in at the end of the object, whose text is not parsed. */
function withMetrics(json: string, usage: Usage | undefined): string {
  if (!usage) return json
  const { input, output, cacheRead, cacheWrite } = usage
  const metrics = {
    inputTokenCount: input,
    outputTokenCount: output,
    ...(cacheRead && { cacheReadInputTokenCount: cacheRead }),
    ...(cacheWrite && { cacheWriteInputTokenCount: cacheWrite }),
  }
  return `${json.slice(0, -1)},"amazon-bedrock-invocationMetrics":${JSON.stringify(metrics)}}`
}

function chunk(json: string): Uint8Array {
  return encodeEventStreamMessage(EVENT, `{"bytes":"${encodeBase64(UTF8.encode(json))}"}`)
}

/** The frame that says a stream broke, the same for every operation of Bedrock Runtime. */
export function exceptionFrame(error: GatewayError): Uint8Array {
  const headers = {
    ':exception-type': streamExceptionName(error),
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return encodeEventStreamMessage(headers, JSON.stringify({ message: error.message }))
}

/** Pieces as one; the piece itself where it is alone. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : concatenated(pieces)
}
