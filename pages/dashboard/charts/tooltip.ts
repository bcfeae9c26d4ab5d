import { h } from '../../shared/element.ts'
import type { Strip } from './draw.ts'

/** Rows a tooltip shows; more could not be read. */
const MOST = 8

export interface TooltipOptions {
  title: string
  strips: readonly Strip[]
  at: number
  format(value: number): string
  /** What is said of all together; absent where they do not add up. */
  sum?(values: readonly number[]): string
}

/** What a bucket holds, the most first. */
export function tooltip({ title, strips, at, format, sum }: TooltipOptions): HTMLElement[] {
  const rows = rowsAt(strips, at)
  const total = sum && rows.length > 1 ? sum(rows.map(({ value }) => value)) : undefined
  return [
    h('p', { class: 'when' }, title),
    ...(rows.length === 0 ? [h('p', { class: 'none' }, 'Nothing')] : []),
    ...rows
      .slice(0, MOST)
      .map(({ text, colour, value }) =>
        h(
          'p',
          {},
          h('i', { class: `swatch colour-${colour}` }),
          h('span', { class: 'what' }, text),
          h('b', {}, format(value)),
        ),
      ),
    ...(total === undefined
      ? []
      : [h('p', { class: 'sum' }, h('span', {}, 'All'), h('b', {}, total))]),
  ]
}

/** The same for those who hear the page. */
export function spokenTooltip({ title, strips, at, format, sum }: TooltipOptions): string {
  const rows = rowsAt(strips, at)
  if (rows.length === 0) return `${title}: nothing`
  const all = sum && rows.length > 1 ? ` ${sum(rows.map(({ value }) => value))};` : ''
  return `${title}:${all} ${rows.map(({ text, value }) => `${text} ${format(value)}`).join(', ')}`
}

const rowsAt = (strips: readonly Strip[], at: number) =>
  strips
    .map(({ text, colour, values }) => ({ text, colour, value: values[at] ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
