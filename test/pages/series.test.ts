import { describe, expect, it } from 'vitest'
import { scaleOf } from '../../pages/dashboard/charts/scale.ts'
import { bucketName, ticksOf } from '../../pages/dashboard/charts/time-axis.ts'
import { added, heaped, namesOf, seriesOf, timesOf } from '../../pages/dashboard/series.ts'
import type { GroupSums, Line, Sums } from '../../pages/dashboard/usage.ts'
import { searchOf, spanOf, viewIn } from '../../pages/dashboard/view.ts'
import { compact, duration, money, percent } from '../../pages/shared/format.ts'

const sums = (requests: number): Sums => ({
  requests,
  failed_requests: 1,
  aborted_requests: 0,
  unpriced_requests: 0,
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  cached_tokens: 0,
  cost: 0.5,
  p50_milliseconds: 100,
  p95_milliseconds: 200,
  p50_first_token_milliseconds: null,
  p95_first_token_milliseconds: null,
})
const group = (model: string | null, requests: number): GroupSums => ({ model, ...sums(requests) })
const line = (model: string, start_time: number): Line => ({
  model,
  start_time,
  ...sums(1),
})

describe('usage as series', () => {
  const times = timesOf(0, 180, 60)

  it('puts every line into its bucket and leaves the others empty', () => {
    const [one, other] = seriesOf({
      group: 'model',
      lines: [line('b', 60), line('a', 0), line('a', 120)],
      groups: [group('a', 2), group('b', 1)],
      times,
    })
    expect(one).toMatchObject({ value: 'a', text: 'a', colour: 0, total: { requests: 2 } })
    expect(one!.points.map((point) => point?.requests)).toEqual([1, undefined, 1])
    expect(other!.points.map((point) => point?.requests)).toEqual([undefined, 1, undefined])
  })

  it('calls by name what has one, and by a word what is unknown', () => {
    const names = new Map([['k1', 'Checkout']])
    const groups = [
      { api_key_id: 'k1', ...sums(2) },
      { api_key_id: null, ...sums(1) },
    ]
    const told = seriesOf({ group: 'key', lines: [], groups, times, names })
    expect(told.map(({ text }) => text)).toEqual(['Checkout', 'no key'])
  })

  it('tells keys of one name apart', () => {
    const keys = [
      { id: 'k1', name: 'Bot' },
      { id: 'k2', name: 'Bot' },
      { id: 'k3', name: 'Web' },
      { id: 'k4' },
    ]
    expect([...namesOf(keys).values()]).toEqual(['Bot (k1)', 'Bot (k2)', 'Web', 'k4'])
  })

  it('heaps what has no colour of its own, whose durations nobody knows', () => {
    const models = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const all = seriesOf({
      group: 'model',
      lines: models.map((model) => line(model, 60)),
      groups: models.map((model, at) => group(model, 10 - at)),
      times,
    })
    const shown = heaped(all)
    expect(shown.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', '2 others'])
    expect(shown.at(-1)).toMatchObject({
      value: undefined,
      colour: 6,
      total: { requests: 7, cost: 1, p95_milliseconds: null },
      points: [undefined, { requests: 2, p50_milliseconds: null }, undefined],
    })
    expect(heaped(all.slice(0, 7))).toHaveLength(7)
  })

  it('adds nothing to nothing', () => {
    expect(added([])).toMatchObject({ requests: 0, cost: 0, p50_milliseconds: null })
  })
})

describe('a scale', () => {
  it.each([
    [0, { top: 1, marks: [0] }],
    [7, { top: 8, marks: [0, 2, 4, 6, 8] }],
    [100, { top: 100, marks: [0, 25, 50, 75, 100] }],
    [0.013, { top: 0.015, marks: [0, 0.005, 0.01, 0.015] }],
  ])('up to %d is round', (highest, scale) => {
    const { top, marks } = scaleOf(highest)
    expect(top).toBeCloseTo(scale.top, 9)
    expect(marks).toHaveLength(scale.marks.length)
    for (const [at, mark] of marks.entries()) expect(mark).toBeCloseTo(scale.marks[at]!, 9)
  })

  it('of whole things has no halves', () => {
    expect(scaleOf(2, { whole: true }).marks).toEqual([0, 1, 2])
  })
})

describe('a view', () => {
  it('stands in the address and comes back from it', () => {
    const view = viewIn('?range=week&by=region&model=a%2Fb&key=k')
    expect(view).toEqual({ range: 'week', group: 'region', only: { model: 'a/b', key: 'k' } })
    expect(viewIn(searchOf(view))).toEqual(view)
    expect(viewIn('?range=century&by=planet&model=')).toEqual({
      range: 'day',
      group: 'model',
      only: {},
    })
  })

  it('ends with the bucket it is', () => {
    expect(spanOf('hour', 3661)).toEqual({ from: 120, to: 3720 })
    expect(spanOf('month', 40 * 86_400)).toEqual({ from: 11 * 86_400, to: 41 * 86_400 })
  })

  it('names days as the books have them', () => {
    const noon = Date.UTC(2026, 10, 21) / 1000
    expect(bucketName('month', noon)).toMatch(/^Sat,? 21 Nov$/)
    expect(ticksOf('month', [noon, noon + 86_400])).toEqual([{ at: 0, text: '21 Nov' }])
    expect(bucketName('day', noon)).toMatch(/^\d\d:\d\d–\d\d:\d\d$/)
  })
})

describe('numbers', () => {
  it.each([
    [money(0), '$0'],
    [money(0.0000123), '$0.000012'],
    [money(0.042), '$0.042'],
    [money(0.5), '$0.50'],
    [money(1234.5), '$1,235'],
    [money(1_234_567), '$1.23M'],
    [compact(9999), '9,999'],
    [compact(12_345), '12.3K'],
    [duration(84.4), '84 ms'],
    [duration(1234), '1.23 s'],
    [duration(12_345), '12.3 s'],
    [duration(999.6), '1.00 s'],
    [duration(9999), '10.0 s'],
    [duration(59_980), '1 min 0 s'],
    [duration(119_700), '2 min 0 s'],
    [duration(125_000), '2 min 5 s'],
    [percent(0), '0%'],
    [percent(0.0004), '<0.1%'],
    [percent(0.0123), '1.2%'],
    [percent(0.5), '50%'],
  ])('are short: %s', (told, expected) => expect(told).toBe(expected))
})
