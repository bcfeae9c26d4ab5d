import { h, svg } from '../shared/element.ts'
import { compact, count, duration, known, money, percent } from '../shared/format.ts'
import { failureShare } from './measures.ts'
import type { Series } from './series.ts'
import { type Column, type SortedTable, sortedTable, type TableContent } from './sorted-table.ts'
import type { Sums } from './usage.ts'
import { GROUPS, type Group } from './view.ts'

interface BreakdownOptions {
  group: Group
  /** Each of its own, whatever shares a colour in the charts. */
  series: readonly Series[]
  onfilter(value: string): void
}

/** For what each model, key or region used. */
export const createBreakdown = (): SortedTable<Series> =>
  sortedTable({ sorted: 1, empty: 'Nothing was used.' })

/** What it shows, to the last digit that matters. */
export function breakdownOf({ group, series, onfilter }: BreakdownOptions): TableContent<Series> {
  const { text: title } = GROUPS[group]
  return {
    rows: series,
    caption: `By ${title.toLowerCase()}`,
    columns: [
      {
        title,
        isText: true,
        order: ({ text }) => text,
        cell: ({ text, value, colour }) =>
          h(
            'span',
            { class: 'name' },
            h('i', { class: `swatch colour-${colour}` }),
            value ? link(text, () => onfilter(value)) : text,
          ),
      },
      {
        title: 'Requests',
        order: ({ total }) => total.requests,
        cell: ({ total, points, colour }) => {
          const asked = points.map((point) => point?.requests ?? 0)
          const sum = h('b', {}, count(total.requests))
          return h('span', { class: 'counted' }, sparkline(asked, colour), sum)
        },
      },
      ...AMOUNTS,
    ],
  }
}

const link = (text: string, onclick: () => void) =>
  h('button', { type: 'button', title: `Only ${text}`, onclick }, text)

const cachedShare = ({ cached_tokens: cached, input_tokens: input }: Sums) =>
  input === 0 ? null : cached / input

const amount = (
  title: string,
  of: (sums: Sums) => number | null,
  { format, hint }: { format(value: number): string; hint?: string },
): Column<Series> => ({
  title,
  hint,
  order: ({ total }) => of(total),
  cell: ({ total }) => known(of(total), format),
})

const AMOUNTS: readonly Column<Series>[] = [
  amount('Errors', failureShare, { format: percent }),
  amount('In', (sums) => sums.input_tokens, {
    format: compact,
    hint: 'Tokens read, those of the cache included',
  }),
  amount('Cached', cachedShare, {
    format: percent,
    hint: 'Share of the tokens read that came from the cache',
  }),
  amount('Out', (sums) => sums.output_tokens, { format: compact, hint: 'Tokens written' }),
  amount('p50', (sums) => sums.p50_milliseconds, {
    format: duration,
    hint: 'Half of the answers took no longer',
  }),
  amount('p95', (sums) => sums.p95_milliseconds, {
    format: duration,
    hint: 'All but one in twenty took no longer',
  }),
  amount('Cost', (sums) => sums.cost, { format: money }),
]

const WIDTH = 72
const HEIGHT = 18

function sparkline(values: readonly number[], colour: number): SVGElement {
  const most = Math.max(...values, 1)
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values.map(
    (value, at) =>
      `${(at * step).toFixed(1)} ${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`,
  )
  return svg(
    'svg',
    { class: 'sparkline', width: WIDTH, height: HEIGHT, 'aria-hidden': 'true' },
    svg('path', { class: `line colour-${colour}`, d: `M${points.join('L')}` }),
  )
}
