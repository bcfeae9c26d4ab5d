import { describe, expect, it, vi } from 'vitest'
import {
  createExporter,
  type ExporterOptions,
  type Sent,
} from '../../app/library/traces/exporter.ts'
import { otlpRequest } from '../../app/library/traces/otlp-json.ts'
import { createSampler } from '../../app/library/traces/sampler.ts'
import type { Span } from '../../app/ports/traces.ts'

const span = (name: string, more: Partial<Span> = {}): Span => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  name,
  kind: 'server',
  startedAt: 1_700_000_000_000.25,
  endedAt: 1_700_000_000_001,
  attributes: {},
  ...more,
})

describe('OTLP in JSON', () => {
  it('writes spans as the protocol wants them', () => {
    const written = otlpRequest(
      [
        span('a', {
          kind: 'client',
          parentSpanId: 'ffffffffffffffff',
          state: 'a=1',
          attributes: {
            text: 't',
            whole: 5,
            part: 0.5,
            is: true,
            list: ['x', 'y'],
            not: undefined,
          },
          events: [{ name: 'e', at: 1_700_000_000_000.5, attributes: { n: 1 } }],
          failed: true,
        }),
      ],
      { resource: { 'service.name': 's' }, version: '1' },
    )
    expect(JSON.parse(written)).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
          scopeSpans: [
            {
              scope: { name: 'outcrop', version: '1' },
              spans: [
                {
                  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
                  spanId: '00f067aa0ba902b7',
                  parentSpanId: 'ffffffffffffffff',
                  traceState: 'a=1',
                  name: 'a',
                  kind: 3,
                  startTimeUnixNano: '1700000000000250000',
                  endTimeUnixNano: '1700000000001000000',
                  attributes: [
                    { key: 'text', value: { stringValue: 't' } },
                    { key: 'whole', value: { intValue: '5' } },
                    { key: 'part', value: { doubleValue: 0.5 } },
                    { key: 'is', value: { boolValue: true } },
                    {
                      key: 'list',
                      value: {
                        arrayValue: { values: [{ stringValue: 'x' }, { stringValue: 'y' }] },
                      },
                    },
                  ],
                  events: [
                    {
                      name: 'e',
                      timeUnixNano: '1700000000000500000',
                      attributes: [{ key: 'n', value: { intValue: '1' } }],
                    },
                  ],
                  status: { code: 2 },
                },
              ],
            },
          ],
        },
      ],
    })
  })
})

function exporting(outcomes: Sent[] = [], more: Partial<ExporterOptions> = {}) {
  const sent: string[][] = []
  const exporter = createExporter({
    async send(spans) {
      sent.push(spans.map(({ name }) => name))
      return outcomes.shift() ?? 'taken'
    },
    delay: 1000,
    most: 6,
    batch: 2,
    ...more,
  })
  return { exporter, sent }
}

const add = ({ exporter }: ReturnType<typeof exporting>, names: string) => {
  for (const name of names) exporter.add(span(name))
}

describe('the exporter', () => {
  it('waits for others, and for no more than a batch', async () => {
    vi.useFakeTimers()
    const one = exporting()
    add(one, 'a')
    await vi.advanceTimersByTimeAsync(999)
    expect(one.sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(one.sent).toEqual([['a']])
    add(one, 'bcd')
    await vi.advanceTimersByTimeAsync(0)
    expect(one.sent).toEqual([['a'], ['b', 'c'], ['d']])
    expect(one.exporter.counts()).toEqual({ sent: 4, dropped: 0 })
    vi.useRealTimers()
  })

  it('drops what finds no room, and counts it', async () => {
    const one = exporting()
    add(one, 'abcdefgh')
    await one.exporter.flush()
    expect(one.sent.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(one.exporter.counts()).toEqual({ sent: 6, dropped: 2 })
  })

  it('tries again with longer and longer waits, then gives that export up', async () => {
    vi.useFakeTimers()
    const one = exporting([{}, {}, {}, {}])
    add(one, 'a')
    await vi.advanceTimersByTimeAsync(1000)
    expect(one.sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(one.sent).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1999)
    expect(one.sent).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(one.sent).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(4000)
    expect(one.exporter.counts()).toEqual({ sent: 0, dropped: 1 })
    add(one, 'b')
    await vi.advanceTimersByTimeAsync(1000)
    expect(one.exporter.counts()).toEqual({ sent: 1, dropped: 1 })
    vi.useRealTimers()
  })

  it('waits as long as it is told to', async () => {
    vi.useFakeTimers()
    const one = exporting([{ retryAfter: 10 }])
    add(one, 'ab')
    await vi.advanceTimersByTimeAsync(0)
    await vi.advanceTimersByTimeAsync(10)
    expect(one.exporter.counts()).toEqual({ sent: 2, dropped: 0 })
    vi.useRealTimers()
  })

  it('drops what is refused for good', async () => {
    const one = exporting(['refused'])
    add(one, 'abc')
    await one.exporter.flush()
    expect(one.exporter.counts()).toEqual({ sent: 1, dropped: 2 })
  })

  it('sends everything when it is flushed, once, and waits for what is on its way', async () => {
    let arrive = (_: Sent) => {}
    const one = exporting([], {
      send: () =>
        new Promise((resolve) => {
          arrive = resolve
        }),
    })
    add(one, 'a')
    let isFlushed = false
    const flushing = one.exporter.flush().then(() => {
      isFlushed = true
    })
    await Promise.resolve()
    expect(isFlushed).toBe(false)
    arrive({})
    await flushing
    expect(one.exporter.counts()).toEqual({ sent: 0, dropped: 1 })
  })

  it('starts nothing between requests where nothing may run there', async () => {
    vi.useFakeTimers()
    const one = exporting([], { isolated: true })
    add(one, 'ab')
    expect(vi.getTimerCount()).toBe(0)
    await one.exporter.flush()
    expect(one.sent).toEqual([['a', 'b']])
    vi.useRealTimers()
  })
})

describe('samplers', () => {
  const low = `${'f'.repeat(19)}${'0'.repeat(13)}`
  const high = `${'0'.repeat(19)}${'f'.repeat(13)}`

  it.each([
    ['always_on', 1, [true, true], [true, true]],
    ['always_off', 1, [false, false], [false, false]],
    ['traceidratio', 0.5, [true, false], [true, false]],
    ['traceidratio', 0, [false, false], [false, false]],
    ['traceidratio', 1, [true, true], [true, true]],
    ['parentbased_always_on', 1, [true, true], [false, true]],
    ['parentbased_always_off', 1, [false, false], [false, true]],
    ['parentbased_traceidratio', 0.5, [true, false], [false, true]],
  ] as const)('%s %d', (name, share, roots, children) => {
    const samples = createSampler(name, share)
    expect([low, high].map((id) => samples(id, undefined))).toEqual(roots)
    expect([false, true].map((parent) => samples(parent ? high : low, parent))).toEqual(
      name.startsWith('parentbased') ? children : roots,
    )
  })
})
