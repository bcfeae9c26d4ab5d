import { h } from '../shared/element.ts'
import { known } from '../shared/format.ts'
import { segmented } from '../shared/segmented.ts'
import { type Chart, createChart } from './charts/chart.ts'
import { createCursor } from './charts/cursor.ts'
import { bars } from './charts/draw.ts'
import { MEASURES, type Measure } from './measures.ts'
import type { Series } from './series.ts'
import type { Sums } from './usage.ts'
import type { RangeName } from './view.ts'

interface Charted {
  range: RangeName
  times: readonly number[]
  series: readonly Series[]
  total: Sums
}

interface ChartList {
  element: HTMLElement
  show(charted: Charted): void
}

/** Every measure over time, under one cursor. */
export function createChartList(): ChartList {
  const cursor = createCursor()
  let charted: Charted | undefined
  const charts = MEASURES.map((measure) => {
    let [way] = measure.ways
    const show = () => charted && chart.show(dataOf(charted, measure, way.of))
    const choices = measure.ways.map(({ text }) => ({ value: text, text }))
    const extras =
      choices.length > 1
        ? segmented({
            label: `${measure.title}: what`,
            choices,
            value: way.text,
            onchange(text) {
              way = measure.ways.find((one) => one.text === text)!
              show()
            },
          })
        : undefined
    const { title, drawing, format, axis, whole } = measure
    const adds = drawing === bars
    const sum = adds ? (values: readonly number[]) => format(sumOf(values)) : undefined
    const chart: Chart = createChart({ title, drawing, cursor, format, axis, whole, sum, extras })
    return { chart, show }
  })
  return {
    element: h('div', { class: 'charts' }, ...charts.map(({ chart }) => chart.element)),
    show(given) {
      charted = given
      for (const { show } of charts) show()
    },
  }
}

function dataOf(
  { range, times, series, total }: Charted,
  measure: Measure,
  of: (sums: Sums) => number | null,
) {
  return {
    range,
    times,
    total: known(of(total), measure.format),
    empty: measure.empty,
    strips: series.map(({ text, colour, points }) => ({
      text,
      colour,
      values: points.map((point) => (point && of(point)) ?? undefined),
    })),
  }
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
