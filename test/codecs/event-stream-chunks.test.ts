import { describe, expect, it } from 'vitest'
import { encodeEventStreamMessage } from '../../app/codecs/event-stream/event-stream.ts'
import { createChunkDecoder } from '../../app/codecs/event-stream/event-stream-chunks.ts'
import { GatewayError } from '../../app/errors.ts'
import { cutAt, joined } from '../fakes/bytes.ts'

const frame = (type: string, payload: string) =>
  encodeEventStreamMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  )
const base64 = (text: string) => Buffer.from(text).toString('base64')
const chunk = (text: string, p = 'abc') =>
  frame('chunk', JSON.stringify({ bytes: base64(text), p }))
const exception = encodeEventStreamMessage(
  { ':exception-type': 'throttlingException', ':message-type': 'exception' },
  '{"message":"Too fast."}',
)

const faults = {
  refusal: (type: string, payload: string) => new Error(`${type} ${payload}`),
  damage: (cause: unknown) => new Error('damaged', { cause }),
}

/** Everything that is told of some reads: the texts, and what ended them. */
function told(reads: Uint8Array[]): { texts: string[]; error?: string } {
  const decoder = createChunkDecoder(faults)
  const texts: string[] = []
  try {
    for (const bytes of reads) decoder.read(bytes, (text) => texts.push(text))
    decoder.end()
    return { texts }
  } catch (error) {
    return { texts, error: error instanceof GatewayError ? error.code : (error as Error).message }
  }
}

describe('the decoder of chunks', () => {
  const texts = [
    '{"a":1}',
    'Hi',
    'Hel',
    'x',
    '',
    'grüß 世界 🙂',
    'plain again',
    'ü',
    'z'.repeat(5000),
  ]

  it.each([texts, texts.slice(0, 4), ['ü'], ['']])(
    'gives the text of every chunk (%#)',
    (...all) => {
      const sent = joined(all.map((text, at) => chunk(text, 'p'.repeat(at))))
      expect(told([sent])).toEqual({ texts: all })
    },
  )

  it('gives the same wherever the bytes are cut', () => {
    const some = ['{"type":"ping"}', 'grüß', '🙂', 'end.']
    const sent = joined(some.map((text) => chunk(text)))
    for (let at = 0; at <= sent.length; at++) {
      expect(told(cutAt(sent, [at]))).toEqual({ texts: some })
    }
    expect(told(cutAt(sent, Array.from(sent.keys())))).toEqual({ texts: some })
  })

  it('reads a chunk in any form of JSON and of base64', () => {
    const forms = [
      `{ "bytes": "${base64('spaced')}" }`,
      `{"p":"abc","bytes":"${base64('behind')}"}`,
      `{"bytes":"${base64('no').replace('=', '')}"}`,
      `{"bytes":"aG\\u006b"}`,
      `{"bytes":"${base64('')}"}`,
    ]
    const sent = joined([chunk('first'), ...forms.map((form) => frame('chunk', form))])
    expect(told([sent])).toEqual({ texts: ['first', 'spaced', 'behind', 'no', 'hi', ''] })
  })

  it('passes over events of other types', () => {
    const sent = joined([chunk('a'), frame('initial-response', '{}'), chunk('b')])
    expect(told([sent])).toEqual({ texts: ['a', 'b'] })
  })

  it('tells what came before an exception, and nothing after it', () => {
    const sent = joined([chunk('a'), chunk('ü'), exception, chunk('b')])
    const error = 'throttlingException {"message":"Too fast."}'
    expect(told([sent])).toEqual({ texts: ['a', 'ü'], error })
    expect(told(cutAt(sent, [30, 300]))).toEqual({ texts: ['a', 'ü'], error })
  })

  it.each([
    '{}',
    '{"bytes":1}',
    '{"bytes":"a"}',
    '{"bytes":"!!!!"}',
    '{"bytes":"ab=c"}',
    '{"bytes":"',
    '',
  ])('tells what came before a chunk of %j', (payload) => {
    const sent = joined([chunk('a'), frame('chunk', payload), chunk('b')])
    expect(told([sent])).toEqual({ texts: ['a'], error: 'damaged' })
  })

  it('tells of wrong checksums and of frames that do not end', () => {
    const sent = joined([chunk('a'), chunk('b')])
    expect(told([sent.subarray(0, -3)])).toEqual({ texts: ['a'], error: 'stream-incomplete' })
    const broken = sent.slice()
    broken[sent.length - 8]! ^= 1
    expect(told([broken])).toEqual({ texts: ['a'], error: 'upstream' })
  })
})
