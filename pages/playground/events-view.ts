import { fill, h } from '../shared/element.ts'
import type { Run, TimedEvent } from './run.ts'

/** Events that are drawn; of a longer stream the last ones. */
const MOST = 1500

export interface EventsView {
  show(run: Run | undefined): HTMLElement
}

/** Events as they came over the wire, new ones at the end. */
export function createEventsView(): EventsView {
  const list = h('ol', { class: 'events', tabindex: 0, 'aria-label': 'Events of the stream' })
  const empty = h(
    'p',
    { class: 'nothing' },
    'Every event of the stream will stand here, as it came and when.',
  )
  let drawn: { run: Run; count: number } | undefined
  return {
    show(run) {
      if (!run) return empty
      if (drawn?.run !== run) {
        fill(list)
        drawn = { run, count: 0 }
      }
      const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
      list.append(...run.events.slice(drawn.count).slice(-MOST).map(row))
      drawn.count = run.events.length
      while (list.children.length > MOST) list.firstElementChild!.remove()
      if (isAtEnd) list.scrollTop = list.scrollHeight
      return list
    },
  }
}

function row({ at, name, data }: TimedEvent): HTMLElement {
  const line = h('code', { class: 'data' }, data)
  const open = () => {
    const isOpen = item.classList.toggle('open')
    line.textContent = isOpen ? spread(data) : data
  }
  const item = h(
    'li',
    {},
    h(
      'button',
      { type: 'button', onclick: open },
      h('time', {}, `+${Math.round(at)}`),
      name !== undefined && h('b', {}, name),
      line,
    ),
  )
  return item
}

function spread(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), undefined, 2)
  } catch {
    return data
  }
}
