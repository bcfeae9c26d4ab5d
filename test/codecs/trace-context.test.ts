import { describe, expect, it } from 'vitest'
import {
  newSpanId,
  newTraceId,
  readAmazonTrace,
  readTraceparent,
  traceHeaders,
} from '../../app/codecs/trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('traceparent', () => {
  it('is read and written again', () => {
    const read = readTraceparent(`00-${TRACE}-${SPAN}-01`, 'rojo=1,congo=2')
    expect(read).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true, state: 'rojo=1,congo=2' })
    expect(traceHeaders(read!, SPAN)).toEqual({
      traceparent: `00-${TRACE}-${SPAN}-01`,
      tracestate: 'rojo=1,congo=2',
    })
    expect(readTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      sampled: false,
    })
  })

  it('is read of later versions, which say more', () => {
    expect(readTraceparent(`cc-${TRACE}-${SPAN}-03-more`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      sampled: true,
    })
  })

  it.each([
    '',
    'nonsense',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0x`,
  ])('is none when it is %j', (text) => {
    expect(readTraceparent(text)).toBeUndefined()
  })

  it.each(['', 'no pairs', 'a=\u0000', `a=${'b'.repeat(600)}`])(
    'leaves out the state %j',
    (state) => {
      expect(readTraceparent(`00-${TRACE}-${SPAN}-01`, state)).not.toHaveProperty('state')
    },
  )
})

describe('X-Amzn-Trace-Id', () => {
  const root = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`

  it.each([
    [`Root=${root}`, { traceId: TRACE }],
    [`Root=${root};Parent=${SPAN};Sampled=1`, { traceId: TRACE, spanId: SPAN, sampled: true }],
    [`Self=1-1-2; Root=${root}; Sampled=0`, { traceId: TRACE, sampled: false }],
    [`Root=${root};Parent=none;Sampled=?`, { traceId: TRACE }],
    ['Root=1-2-3', undefined],
    ['Parent=1', undefined],
    ['', undefined],
  ])('%s', (text, read) => {
    expect(readAmazonTrace(text)).toEqual(read)
  })
})

it('makes ids unlike one another', () => {
  const traces = new Set(Array.from({ length: 1000 }, newTraceId))
  const spans = new Set(Array.from({ length: 1000 }, newSpanId))
  expect([traces.size, spans.size]).toEqual([1000, 1000])
  for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/)
  for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/)
})
