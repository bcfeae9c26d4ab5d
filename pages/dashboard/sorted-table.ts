import { type Child, fill, h } from '../shared/element.ts'

export interface Column<Row> {
  title: string
  hint?: string
  /** Numbers stand to the right. */
  isText?: boolean
  /** By what rows are sorted; rows without it come last. Absent: not by this column. */
  order?(row: Row): number | string | null | undefined
  cell(row: Row): Child
}

export interface TableOptions<Row> {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** The column it is sorted by at first, the most above. */
  sorted: number
  empty: string
}

/** A table whose heads sort it. */
export function sortedTable<Row>(options: TableOptions<Row>): HTMLElement {
  const { caption, columns, rows, empty } = options
  let by = options.sorted
  let isRising = columns[by]?.isText === true
  const head = h('tr')
  const body = h('tbody')

  const show = () => {
    fill(head, ...columns.map(headOf))
    const sorted = rows.toSorted((a, b) => compared(columns[by]!, a, b) * (isRising ? 1 : -1))
    fill(
      body,
      ...sorted.map((row) =>
        h(
          'tr',
          {},
          ...columns.map(({ cell, isText }) => h('td', { class: isText && 'text' }, cell(row))),
        ),
      ),
      rows.length === 0 && h('tr', {}, h('td', { class: 'none', colspan: columns.length }, empty)),
    )
  }
  const headOf = ({ title, hint, isText, order }: Column<Row>, at: number) => {
    const sort = () => {
      isRising = by === at ? !isRising : isText === true
      by = at
      show()
    }
    const direction = isRising ? 'ascending' : 'descending'
    return h(
      'th',
      { scope: 'col', class: isText && 'text', 'aria-sort': by === at && direction, title: hint },
      order ? h('button', { type: 'button', onclick: sort }, title) : title,
    )
  }
  show()
  return h(
    'section',
    { class: 'card table' },
    h(
      'div',
      // What is wider than the screen is scrolled, by keys as well.
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
      h('table', {}, h('caption', {}, caption), h('thead', {}, head), body),
    ),
  )
}

function compared<Row>({ order }: Column<Row>, a: Row, b: Row): number {
  const [first, second] = [order?.(a) ?? undefined, order?.(b) ?? undefined]
  if (first === undefined || second === undefined) {
    return Number(first !== undefined) - Number(second !== undefined)
  }
  if (typeof first === 'string') return first.localeCompare(String(second))
  return first - Number(second)
}
