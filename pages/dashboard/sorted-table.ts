import { type Child, fill, h } from '../shared/element.ts'

export interface Column<Row> {
  title: string
  hint?: string
  /** Numbers stand to the right. */
  isText?: boolean
  /** By what rows are sorted; rows without it come last. */
  order(row: Row): number | string | null | undefined
  cell(row: Row): Child
}

export interface TableContent<Row> {
  caption: string
  /** As many every time. */
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** Said below the rows. */
  note?: string
}

interface TableOptions {
  /** The column it is sorted by at first, the most above. */
  sorted: number
  empty: string
}

export interface SortedTable<Row> {
  element: HTMLElement
  /** Shows other rows; how they are sorted, what is scrolled to and what has the focus stay. */
  show(content: TableContent<Row>): void
}

/** A table whose heads sort it. */
export function sortedTable<Row>({ sorted, empty }: TableOptions): SortedTable<Row> {
  let by = sorted
  let isRising = false
  let content: TableContent<Row> | undefined
  const caption = h('caption')
  const head = h('tr')
  const body = h('tbody')
  const note = h('p', { class: 'more', hidden: true })
  // What is wider than the screen is scrolled, by keys as well.
  const scroll = h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region' },
    h('table', {}, caption, h('thead', {}, head), body),
  )

  const draw = () => {
    if (!content) return
    const { columns, rows } = content
    for (const [at, cell] of [...head.children].entries()) {
      const direction = isRising ? 'ascending' : 'descending'
      if (at === by) cell.setAttribute('aria-sort', direction)
      else cell.removeAttribute('aria-sort')
    }
    const column = columns[by]!
    const focused = titleOf(body.contains(document.activeElement) ? document.activeElement : null)
    fill(
      body,
      ...rows
        .toSorted((a, b) => compared(column, isRising, [a, b]))
        .map((row) => line(columns, row)),
      rows.length === 0 && h('tr', {}, h('td', { class: 'none', colspan: columns.length }, empty)),
    )
    if (focused === undefined) return
    const again = [...body.querySelectorAll('button')].find((one) => titleOf(one) === focused)
    again?.focus({ preventScroll: true })
  }
  const sortBy = (at: number) => {
    isRising = by === at ? !isRising : content?.columns[at]?.isText === true
    by = at
    draw()
  }
  return {
    element: h('section', { class: 'card table' }, scroll, note),
    show(given) {
      content = given
      caption.textContent = given.caption
      scroll.setAttribute('aria-label', given.caption)
      note.textContent = given.note ?? ''
      note.hidden = given.note === undefined
      if (head.children.length === 0) fill(head, ...given.columns.map(headOf(sortBy)))
      for (const [at, { title }] of given.columns.entries()) {
        head.children[at]!.querySelector('button')!.textContent = title
      }
      draw()
    },
  }
}

const headOf =
  (sortBy: (at: number) => void) =>
  <Row>({ hint, isText }: Column<Row>, at: number) =>
    h(
      'th',
      { scope: 'col', class: isText && 'text', title: hint },
      h('button', { type: 'button', onclick: () => sortBy(at) }),
    )

const line = <Row>(columns: readonly Column<Row>[], row: Row) =>
  h('tr', {}, ...columns.map(({ cell, isText }) => h('td', { class: isText && 'text' }, cell(row))))

const titleOf = (element: Element | null): string | undefined =>
  element?.getAttribute('title') ?? undefined

function compared<Row>({ order }: Column<Row>, isRising: boolean, [a, b]: [Row, Row]): number {
  const [first, second] = [order(a) ?? undefined, order(b) ?? undefined]
  if (first === undefined || second === undefined) {
    return Number(first === undefined) - Number(second === undefined)
  }
  const difference =
    typeof first === 'string' ? first.localeCompare(String(second)) : first - Number(second)
  return isRising ? difference : -difference
}
