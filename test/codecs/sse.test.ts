import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createSseReader,
  type SseEvent,
  sseComment,
  sseData,
  sseEvent,
} from '../../app/codecs/streams/sse.ts'
import { GatewayError } from '../../app/errors.ts'
import { cutAt } from '../fakes/bytes.ts'
import { recordings, sharedRoot } from '../fakes/shared.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

function read(reads: Uint8Array[]): SseEvent[] {
  const reader = createSseReader()
  const events = reads.flatMap((bytes) => reader.read(bytes))
  return [...events, ...reader.end()]
}

describe('the SSE writers', () => {
  it('write frames that the reader reads', () => {
    const text =
      sseComment('keep-alive') + sseData('{"a":1}') + sseEvent('ping', '{}') + sseData('[DONE]')
    expect(text).toBe(': keep-alive\n\ndata: {"a":1}\n\nevent: ping\ndata: {}\n\ndata: [DONE]\n\n')
    expect(read([bytesOf(text)])).toEqual([
      { data: '{"a":1}' },
      { event: 'ping', data: '{}' },
      { data: '[DONE]' },
    ])
  })
})

describe('the SSE reader', () => {
  const cases: [what: string, text: string, events: SseEvent[]][] = [
    ['joins data lines', 'data: a\ndata:b\ndata:  c\n\n', [{ data: 'a\nb\n c' }]],
    [
      'takes CRLF',
      'event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n',
      [{ event: 'x', data: 'a' }, { data: 'b' }],
    ],
    ['takes CR alone', 'data: a\rdata: b\r\rdata: c\r\r', [{ data: 'a\nb' }, { data: 'c' }]],
    ['takes them mixed', 'data: a\r\ndata: b\n\rdata: c\n\n', [{ data: 'a\nb' }, { data: 'c' }]],
    ['takes a BOM off', '\uFEFFdata: a\n\n', [{ data: 'a' }]],
    ['skips comments', ': hello\ndata: a\n:\n: again\n\n', [{ data: 'a' }]],
    [
      'keeps the id of an event',
      'id: 7\ndata: a\n\ndata: b\n\n',
      [{ id: '7', data: 'a' }, { data: 'b' }],
    ],
    ['leaves out events without data', 'event: ping\n\nid: 1\n\ndata: a\n\n', [{ data: 'a' }]],
    ['gives empty data', 'data\n\ndata:\n\n', [{ data: '' }, { data: '' }]],
    ['ignores fields it does not know', 'retry: 10\nfoo: bar\ndata: a\n\n', [{ data: 'a' }]],
    [
      'gives a last event without a blank line',
      'data: a\n\ndata: [DONE]',
      [{ data: 'a' }, { data: '[DONE]' }],
    ],
    ['keeps text beyond ASCII', 'data: „世界“ 🙂\n\n', [{ data: '„世界“ 🙂' }]],
  ]

  it.each(cases)('%s, wherever the bytes are cut', (_, text, events) => {
    const bytes = bytesOf(text)
    expect(read([bytes])).toEqual(events)
    for (let at = 0; at <= bytes.length; at++) expect(read(cutAt(bytes, [at]))).toEqual(events)
    expect(read(cutAt(bytes, [...bytes.keys()]))).toEqual(events)
  })

  it('gives an event in the read that completes it', () => {
    const reader = createSseReader()
    expect(reader.read(bytesOf('data: a\r\n\r'))).toEqual([{ data: 'a' }])
    expect(reader.read(bytesOf('\ndata: b\n'))).toEqual([])
    expect(reader.read(bytesOf('\n'))).toEqual([{ data: 'b' }])
    expect(reader.end()).toEqual([])
  })

  it('gives the same events at any set of cuts', () => {
    const bytes = bytesOf(
      cases
        .map(([, text]) => text)
        .slice(0, 10)
        .join('\n'),
    )
    const whole = read([bytes])
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 60 }), (offsets) => {
        expect(read(cutAt(bytes, offsets))).toEqual(whole)
      }),
    )
  })

  it('reads one line of megabytes in time that grows with its length', () => {
    const line = bytesOf(`data: ${'x'.repeat(8_000_000)}\n\n`)
    const offsets = Array.from({ length: 1000 }, (_, at) => at * 8000)
    expect(read(cutAt(line, offsets))[0]?.data).toHaveLength(8_000_000)
  })

  it('refuses an event that never ends', () => {
    const reader = createSseReader()
    const endless = bytesOf('x'.repeat(1_000_000))
    const readOn = () => {
      for (let at = 0; at < 30; at++) reader.read(endless)
    }
    expect(readOn).toThrow(GatewayError)
  })
})

describe.skipIf(!sharedRoot())('recorded SSE answers', () => {
  const answers = ['openai', 'anthropic'].flatMap((side) =>
    recordings(`${side}/${side === 'openai' ? 'openai.chat.completions' : 'anthropic.messages'}`),
  )
  const streams = answers.filter(({ response }) =>
    response.headers['content-type']?.startsWith('text/event-stream'),
  )

  it('are there', () => expect(streams.length).toBeGreaterThan(10))

  it.each(streams)('hold JSON in every event: $file', ({ response }) => {
    const bytes = bytesOf(response.bodyText ?? '')
    const events = read([bytes])
    for (const { data } of events) if (data !== '[DONE]') JSON.parse(data)
    expect(events.length).toBeGreaterThan(0)
    expect(
      read(
        cutAt(
          bytes,
          [...bytes.keys()].filter((at) => at % 7 === 0),
        ),
      ),
    ).toEqual(events)
  })
})
