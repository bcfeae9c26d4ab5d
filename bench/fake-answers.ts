import { crc32 } from 'node:zlib'

/** How the fake answers. Everything can be changed while it runs. */
export interface Settings {
  /** Text deltas of one stream, and words of one whole answer. */
  tokens: number
  /** Milliseconds before the first byte of an answer. */
  firstMs: number
  /** Milliseconds between two writes of a stream; 0 writes on the next turn of the event loop. */
  delayMs: number
  /** Event-stream frames in one TCP write; 0 puts the whole stream into one. */
  perWrite: number
  /** Above 0: the stream is cut every so many bytes, wherever frames begin and end. */
  split: number
  /** Every stream is cut once, each one byte later than the one before it. */
  walk: boolean
  /** Words hold letters of two, three and four bytes, so that cuts fall inside them. */
  wide: boolean
  /** Models whose id holds this are throttled; none when it is empty. */
  throttled: string
}

export const DEFAULTS: Settings = {
  tokens: 128,
  firstMs: 0,
  delayMs: 0,
  perWrite: 8,
  split: 0,
  walk: false,
  wide: false,
  throttled: '',
}

const WIDE = ['é', '漢', '😀', 'a']

/** The text of delta `i`; every delta is different, so that a lost or swapped one shows. */
function word(i: number, wide: boolean): string {
  return wide ? `w${i}${WIDE[i % WIDE.length]} ` : `w${i} `
}

export function words(tokens: number, wide: boolean): string[] {
  return Array.from({ length: tokens }, (_, i) => word(i, wide))
}

// Bedrock hides the length of tokens by a filler of changing length in every event.
const FILLER = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const filler = (i: number) => FILLER.slice(0, 1 + ((i * 37) % FILLER.length))

function stringHeader(name: string, value: string): Buffer {
  const out = Buffer.alloc(name.length + value.length + 4)
  out[0] = name.length
  out.write(name, 1, 'latin1')
  out[1 + name.length] = 7
  out.writeUInt16BE(value.length, 2 + name.length)
  out.write(value, 4 + name.length, 'latin1')
  return out
}

/** One frame of `application/vnd.amazon.eventstream`, both checksums right. */
function eventFrame(type: string, payload: unknown): Buffer {
  const headers = Buffer.concat([
    stringHeader(':event-type', type),
    stringHeader(':content-type', 'application/json'),
    stringHeader(':message-type', 'event'),
  ])
  const body = Buffer.from(JSON.stringify(payload))
  const frame = Buffer.alloc(16 + headers.length + body.length)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(headers.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  headers.copy(frame, 12)
  body.copy(frame, 12 + headers.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, frame.length - 4)), frame.length - 4)
  return frame
}

/** The frames of a ConverseStream answer. */
function converseFrames(texts: string[]): Buffer[] {
  const usage = {
    inputTokens: 120,
    outputTokens: texts.length,
    totalTokens: 120 + texts.length,
  }
  return [
    eventFrame('messageStart', { p: filler(1), role: 'assistant' }),
    ...texts.map((text, i) =>
      eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text }, p: filler(i) }),
    ),
    eventFrame('contentBlockStop', { contentBlockIndex: 0, p: filler(3) }),
    eventFrame('messageStop', { p: filler(5), stopReason: 'end_turn' }),
    eventFrame('metadata', { metrics: { latencyMs: 900 }, p: filler(7), usage }),
  ]
}

/** The frames of an InvokeModelWithResponseStream answer of a Claude model: its own events in base64. */
function invokeFrames(texts: string[]): Buffer[] {
  const chunk = (event: unknown, i: number) =>
    eventFrame('chunk', {
      bytes: Buffer.from(JSON.stringify(event)).toString('base64'),
      p: filler(i),
    })
  const message = {
    ...claudeMessage([], 1),
    stop_reason: null,
  }
  const metrics = {
    inputTokenCount: 120,
    outputTokenCount: texts.length,
    invocationLatency: 900,
    firstByteLatency: 200,
  }
  const events: unknown[] = [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...texts.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: texts.length },
    },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics },
  ]
  return events.map(chunk)
}

function claudeMessage(content: unknown[], outputTokens: number) {
  return {
    id: 'msg_bdrk_bench',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 120, output_tokens: outputTokens },
  }
}

function converseAnswer(texts: string[]) {
  return {
    metrics: { latencyMs: 900 },
    output: { message: { content: [{ text: texts.join('') }], role: 'assistant' } },
    stopReason: 'end_turn',
    usage: { inputTokens: 120, outputTokens: texts.length, totalTokens: 120 + texts.length },
  }
}

const head = (status: string, type: string, length: string) =>
  `HTTP/1.1 ${status}\r\nDate: Sun, 01 Nov 2026 00:00:00 GMT\r\nContent-Type: ${type}\r\n` +
  `x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n${length}\r\n\r\n`

const STREAM_HEAD = head(
  '200 OK',
  'application/vnd.amazon.eventstream',
  'Transfer-Encoding: chunked',
)

/** A whole JSON answer as it stands on the wire. */
export function jsonAnswer(body: unknown, status = '200 OK'): Buffer {
  const text = JSON.stringify(body)
  return Buffer.from(
    head(status, 'application/json', `Content-Length: ${Buffer.byteLength(text)}`) + text,
  )
}

/** Pieces of a body as TCP writes of one chunked answer, head and end included. */
export function chunkedAnswer(pieces: Buffer[]): Buffer[] {
  return pieces.map((piece, i) =>
    Buffer.concat([
      Buffer.from(`${i === 0 ? STREAM_HEAD : ''}${piece.length.toString(16)}\r\n`),
      piece,
      Buffer.from(i === pieces.length - 1 ? '\r\n0\r\n\r\n' : '\r\n'),
    ]),
  )
}

function pieces(frames: Buffer[], settings: Settings): Buffer[] {
  if (settings.split > 0) {
    const all = Buffer.concat(frames)
    const count = Math.ceil(all.length / settings.split)
    return Array.from({ length: count }, (_, i) =>
      all.subarray(i * settings.split, (i + 1) * settings.split),
    )
  }
  const per = settings.perWrite || frames.length
  const count = Math.ceil(frames.length / per)
  return Array.from({ length: count }, (_, i) =>
    Buffer.concat(frames.slice(i * per, (i + 1) * per)),
  )
}

/** The answers of the runtime API, by the last word of the path. */
export interface Prepared {
  whole: Record<string, Buffer>
  /** TCP writes. */
  streams: Record<string, Buffer[]>
  /** The same streams as one body, for `walk`. */
  bodies: Record<string, Buffer>
}

export function prepare(settings: Settings): Prepared {
  const texts = words(settings.tokens, settings.wide)
  const frames = {
    'converse-stream': converseFrames(texts),
    'invoke-with-response-stream': invokeFrames(texts),
  }
  const streams: Record<string, Buffer[]> = {}
  const bodies: Record<string, Buffer> = {}
  for (const [operation, list] of Object.entries(frames)) {
    streams[operation] = chunkedAnswer(pieces(list, settings))
    bodies[operation] = Buffer.concat(list)
  }
  const claude = claudeMessage([{ type: 'text', text: texts.join('') }], texts.length)
  return {
    whole: { converse: jsonAnswer(converseAnswer(texts)), invoke: jsonAnswer(claude) },
    streams,
    bodies,
  }
}
