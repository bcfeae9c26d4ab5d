import { fill, h } from '../shared/element.ts'
import type { Run, TimedEvent } from './run.ts'

/** Events that are drawn; of a longer stream the last ones. */
const MOST = 1500

interface EventsView {
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
  const gist = gistOf(data)
  const line = h('code', { class: 'data' }, gist)
  const item = h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        title: 'All of it',
        onclick() {
          const isOpen = item.classList.toggle('open')
          line.textContent = isOpen ? spread(data) : gist
        },
      },
      h('time', {}, `+${Math.round(at)}`),
      name !== undefined && h('b', {}, name),
      line,
    ),
  )
  return item
}

interface Telling {
  choices?: { delta?: object; finish_reason?: string | null }[]
  delta?: unknown
  usage?: unknown
}

/** Of a long envelope what is new in it; whoever opens the event sees all. */
function gistOf(data: string): string {
  const parsed = parsedIn(data) as Telling | undefined
  const [choice] = parsed?.choices ?? []
  if (choice?.finish_reason) return JSON.stringify({ finish_reason: choice.finish_reason })
  const telling = choice?.delta ?? parsed?.delta ?? parsed?.usage
  return telling ? JSON.stringify(telling) : data
}

const spread = (data: string): string => {
  const parsed = parsedIn(data)
  return parsed === undefined ? data : JSON.stringify(parsed, undefined, 2)
}

/** Undefined for what is no JSON. */
function parsedIn(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
