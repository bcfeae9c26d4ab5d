import { byId, fill, h } from '../shared/element.ts'
import { segmented } from '../shared/segmented.ts'
import { type Call, createCodeView } from './code-view.ts'
import { createEventsView } from './events-view.ts'
import { facts } from './facts.ts'
import { headersView } from './headers-view.ts'
import { shortened } from './literals.ts'
import type { Run } from './run.ts'

const TABS = [
  { value: 'events', text: 'Events' },
  { value: 'headers', text: 'Headers' },
  { value: 'body', text: 'Body' },
  { value: 'code', text: 'Code' },
] as const
type Tab = (typeof TABS)[number]['value']

interface Inspector {
  /** Shows a run, or what would be asked next. */
  show(run: Run | undefined, next: Call): void
}

/** How an answer came about: what was sent, what came, and how to ask the same elsewhere. */
export function createInspector(): Inspector {
  const place = byId('inspected')
  const events = createEventsView()
  const code = createCodeView()
  let tab: Tab = 'events'
  let shown: { run: Run | undefined; next: Call } | undefined
  const views: Record<Tab, (run: Run | undefined, call: Call) => HTMLElement> = {
    events: (run) => events.show(run),
    headers: (run) => headersView(run),
    body: (_, { body }) =>
      h('pre', { tabindex: 0 }, h('code', {}, JSON.stringify(shortened(body), undefined, 2))),
    code: (_, call) => code.show(call),
  }
  const draw = () => {
    if (!shown) return
    const { run, next } = shown
    const view = views[tab](run, run ?? next)
    if (place.firstElementChild !== view) fill(place, view)
    fill(byId('facts'), run && facts(run))
  }
  byId('tabs').append(
    segmented({
      label: 'Show',
      choices: TABS,
      value: tab,
      onchange(next) {
        tab = next
        draw()
      },
    }),
  )
  return {
    show(run, next) {
      shown = { run, next }
      draw()
    },
  }
}
