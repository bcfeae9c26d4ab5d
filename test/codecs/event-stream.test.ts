import { crc32 } from 'node:zlib'
import { EventStreamCodec } from '@smithy/core/event-streams'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEventStreamDecoder,
  type EventFrame,
  encodeEventStreamMessage,
} from '../../app/codecs/event-stream/event-stream.ts'
import { GatewayError } from '../../app/errors.ts'
import { cutAt, joined } from '../fakes/bytes.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

const event = (type: string, payload: unknown) =>
  encodeEventStreamMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  )

const texts = ['Hel', 'lo', ' – grüß Gott, ', '世界 ', '🙂', '']
const answer = joined([
  event('messageStart', { role: 'assistant', p: 'abc' }),
  ...texts.map((text, at) =>
    event('contentBlockDelta', { contentBlockIndex: 0, delta: { text }, p: 'x'.repeat(at) }),
  ),
  event('messageStop', { stopReason: 'end_turn' }),
  event('metadata', { usage: { inputTokens: 3, outputTokens: 5 } }),
])

/** Everything a decoder says about some reads: its frames, and the code of the error that ended it. */
function heard(reads: Uint8Array[]): { frames: EventFrame[]; error?: string } {
  const decoder = createEventStreamDecoder()
  const frames: EventFrame[] = []
  try {
    for (const bytes of reads) frames.push(...decoder.read(bytes))
    decoder.end()
    return { frames }
  } catch (error) {
    return { frames, error: error instanceof GatewayError ? error.code : String(error) }
  }
}

describe('the event-stream decoder', () => {
  it('gives type, kind and payload of every message', () => {
    const { frames, error } = heard([answer])
    expect(error).toBeUndefined()
    expect(frames).toHaveLength(texts.length + 3)
    expect(frames[0]).toEqual({
      messageType: 'event',
      type: 'messageStart',
      payload: '{"role":"assistant","p":"abc"}',
    })
    const deltas = frames.filter((frame) => frame.type === 'contentBlockDelta')
    expect(deltas.map((frame) => JSON.parse(frame.payload).delta.text)).toEqual(texts)
  })

  it('gives the same frames wherever the bytes are cut', () => {
    const whole = heard([answer])
    for (let at = 0; at <= answer.length; at++) expect(heard(cutAt(answer, [at]))).toEqual(whole)
    for (const size of [1, 2, 3, 7, 11, 12, 13, 100]) {
      const offsets = Array.from({ length: Math.ceil(answer.length / size) }, (_, i) => i * size)
      expect(heard(cutAt(answer, offsets))).toEqual(whole)
    }
  })

  it('gives the same frames at any set of cuts', () => {
    const whole = heard([answer])
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length), { maxLength: 40 }), (offsets) => {
        expect(heard(cutAt(answer, offsets))).toEqual(whole)
      }),
    )
  })

  it('keeps no hold on the bytes it was given', () => {
    const decoder = createEventStreamDecoder()
    const reused = new Uint8Array(answer.length)
    const frames: EventFrame[] = []
    for (const piece of cutAt(answer, [50, 150, 333])) {
      reused.set(piece)
      frames.push(...decoder.read(reused.subarray(0, piece.length)))
      reused.fill(0xaa)
    }
    expect(frames).toEqual(heard([answer]).frames)
  })

  it('reads exceptions and errors by their own names', () => {
    const exception = encodeEventStreamMessage(
      { ':exception-type': 'throttlingException', ':message-type': 'exception' },
      '{"message":"Too many requests"}',
    )
    const failure = encodeEventStreamMessage(
      { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'It "broke"' },
      '',
    )
    expect(heard([exception, failure])).toEqual({
      frames: [
        {
          messageType: 'exception',
          type: 'throttlingException',
          payload: '{"message":"Too many requests"}',
        },
        { messageType: 'error', type: 'InternalError', payload: '{"message":"It \\"broke\\""}' },
      ],
    })
  })

  it('steps over headers of every other type', () => {
    const message = codec.encode({
      headers: {
        yes: { type: 'boolean', value: true },
        no: { type: 'boolean', value: false },
        byte: { type: 'byte', value: 1 },
        short: { type: 'short', value: 2 },
        integer: { type: 'integer', value: 3 },
        binary: { type: 'binary', value: new Uint8Array([1, 2, 3]) },
        time: { type: 'timestamp', value: new Date(0) },
        id: { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' },
        ':message-type': { type: 'string', value: 'event' },
        ':event-type': { type: 'string', value: 'chunk' },
      },
      body: new TextEncoder().encode('{}'),
    })
    expect(heard([message])).toEqual({
      frames: [{ messageType: 'event', type: 'chunk', payload: '{}' }],
    })
  })

  it('takes a message without headers or body for an event without a name', () => {
    expect(heard([encodeEventStreamMessage({}, '')])).toEqual({
      frames: [{ messageType: 'event', type: '', payload: '' }],
    })
  })

  it('takes a frame of megabytes that arrives in many pieces', () => {
    const big = event('chunk', { bytes: 'A'.repeat(3_000_000) })
    const offsets = Array.from({ length: 200 }, (_, i) => i * 16_000)
    expect(heard(cutAt(big, offsets)).frames[0]?.payload).toHaveLength(3_000_012)
  })
})

/** The checksum of a whole message written anew, so that only its content is wrong. */
function resealed(message: Uint8Array<ArrayBuffer>): void {
  const end = message.length - 4
  new DataView(message.buffer).setUint32(end, crc32(message.subarray(0, end)))
}

describe('damage in an event stream', () => {
  const good = event('messageStart', { role: 'assistant' })
  const seen = { messageType: 'event', type: 'messageStart', payload: '{"role":"assistant"}' }

  it('is noticed in every single byte, and what came before it is kept', () => {
    const broken = event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } })
    for (let at = 0; at < broken.length; at++) {
      const damaged = broken.slice()
      damaged[at] = damaged[at]! ^ 0x10
      expect(heard([damaged])).toEqual({ frames: [], error: 'upstream' })
      expect(heard([joined([good, damaged])])).toEqual({ frames: [seen], error: 'upstream' })
    }
  })

  it('gives the same frames before the error wherever the bytes are cut', () => {
    const damaged = good.slice()
    damaged[damaged.length - 1]! ^= 1
    const bytes = joined([good, good, damaged, good])
    for (let at = 0; at <= bytes.length; at++) {
      expect(heard(cutAt(bytes, [at]))).toEqual({ frames: [seen, seen], error: 'upstream' })
    }
  })

  it('goes on failing once it has failed', () => {
    const decoder = createEventStreamDecoder()
    expect(() => decoder.read(new Uint8Array(16))).toThrow(GatewayError)
    expect(() => decoder.read(good)).toThrow(GatewayError)
    expect(() => decoder.end()).toThrow(GatewayError)
  })

  it('refuses lengths that cannot be, before it waits for so many bytes', () => {
    const prelude = (length: number, headers: number) => {
      const frame = encodeEventStreamMessage({}, '')
      const view = new DataView(frame.buffer)
      view.setUint32(0, length)
      view.setUint32(4, headers)
      view.setUint32(8, crc32(frame.subarray(0, 8)))
      return frame.subarray(0, 12)
    }
    expect(heard([prelude(24 * 1024 * 1024 + 1, 0)]).error).toBe('upstream')
    expect(heard([prelude(15, 0)]).error).toBe('upstream')
    expect(heard([prelude(100, 85)]).error).toBe('upstream')
    expect(heard([prelude(100, 84)]).error).toBe('stream-incomplete')
  })

  it('is an end within a frame', () => {
    for (let at = 1; at < good.length; at++) {
      const { frames, error } = heard([good, good.subarray(0, at)])
      expect({ frames, error }).toEqual({ frames: [seen], error: 'stream-incomplete' })
    }
  })

  it('is a message of a type nobody knows, and a header that runs over its block', () => {
    expect(heard([encodeEventStreamMessage({ ':message-type': 'news' }, '')]).error).toBe(
      'upstream',
    )
    const overlong = encodeEventStreamMessage({ abc: 'def' }, '')
    overlong[12 + 5 + 1] = 200
    resealed(overlong)
    expect(heard([overlong]).error).toBe('upstream')
    const unknownKind = encodeEventStreamMessage({ abc: 'def' }, '')
    unknownKind[12 + 4] = 10
    resealed(unknownKind)
    expect(heard([unknownKind]).error).toBe('upstream')
  })
})

describe('the event-stream encoder', () => {
  it('writes what the codec library writes and reads', () => {
    const headers = { ':event-type': 'chunk', ':message-type': 'event', 'x-größe': 'ü' }
    const ours = encodeEventStreamMessage(headers, '{"bytes":"e30="}')
    const body = new TextEncoder().encode('{"bytes":"e30="}')
    const wrapped = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]),
    )
    expect(ours).toEqual(codec.encode({ headers: wrapped, body }))
    expect(codec.decode(ours).headers).toEqual(wrapped)
  })

  it('is read back by our decoder, whatever the payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 }), (payload, type) => {
        const frame = encodeEventStreamMessage(
          { ':message-type': 'event', ':event-type': type },
          payload,
        )
        const text = payload.toWellFormed()
        expect(heard([frame])).toEqual({
          frames: [{ messageType: 'event', type: type.toWellFormed(), payload: text }],
        })
      }),
    )
  })
})
