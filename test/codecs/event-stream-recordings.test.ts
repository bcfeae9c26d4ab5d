import { EventStreamCodec } from '@smithy/core/event-streams'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEventStreamDecoder,
  type EventFrame,
} from '../../app/codecs/event-stream/event-stream.ts'
import { cutAt } from '../fakes/bytes.ts'
import { recordings, sharedRoot } from '../fakes/shared.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

/** The frames as the codec library reads them, one whole message at a time. */
function expected(bytes: Uint8Array): EventFrame[] {
  const frames: EventFrame[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
    const { headers, body } = codec.decode(bytes.subarray(at, at + length))
    const messageType = headers[':message-type']?.value as EventFrame['messageType']
    const type = headers[`:${messageType}-type`]?.value as string
    frames.push({ messageType, type, payload: new TextDecoder().decode(body) })
    at += length
  }
  return frames
}

function decoded(reads: Uint8Array[]): EventFrame[] {
  const decoder = createEventStreamDecoder()
  const frames = reads.flatMap((bytes) => decoder.read(bytes))
  decoder.end()
  return frames
}

const OPERATIONS = ['ConverseStream', 'InvokeModelWithResponseStream', 'RetrieveAndGenerateStream']
const streams = OPERATIONS.flatMap((operation) => recordings(`aws/${operation}`)).flatMap(
  ({ file, response }) => {
    if (!response.bodyBase64) return []
    return [{ file, bytes: new Uint8Array(Buffer.from(response.bodyBase64, 'base64')) }]
  },
)

describe.skipIf(!sharedRoot())('recorded event streams', () => {
  it('are there', () => {
    expect(streams.length).toBeGreaterThan(60)
  })

  it.each(streams)('say what the codec library reads: $file', ({ bytes }) => {
    const frames = expected(bytes)
    expect(decoded([bytes])).toEqual(frames)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 60 }), (offsets) => {
        expect(decoded(cutAt(bytes, offsets))).toEqual(frames)
      }),
      { numRuns: 10 },
    )
  })

  const small = streams.filter(({ bytes }) => bytes.length < 2100)
  it.each(small)('say it with a cut at every byte: $file', ({ bytes }) => {
    const frames = JSON.stringify(expected(bytes))
    for (let at = 0; at <= bytes.length; at++) {
      expect(JSON.stringify(decoded(cutAt(bytes, [at])))).toBe(frames)
    }
    expect(JSON.stringify(decoded(cutAt(bytes, [...bytes.keys()])))).toBe(frames)
  })
})
