import { h } from '../shared/element.ts'
import { compact } from '../shared/format.ts'
import type { Series } from './series.ts'

interface LegendOptions {
  series: readonly Series[]
  /** The one that is shown alone. */
  alone: Series | undefined
  onchoose(alone: Series | undefined): void
}

/** Whose colour is which; who is pressed is shown alone. */
export function legend({ series, alone, onchoose }: LegendOptions): HTMLElement {
  return h(
    'div',
    { class: 'legend', role: 'group', 'aria-label': 'Show one alone' },
    ...series.map((one) => {
      const { text, colour, total } = one
      const isAlone = one === alone
      return h(
        'button',
        {
          type: 'button',
          class: alone !== undefined && !isAlone ? 'away' : undefined,
          'aria-pressed': String(isAlone),
          title: text,
          onclick: () => onchoose(isAlone ? undefined : one),
        },
        h('i', { class: `swatch colour-${colour}` }),
        h('span', {}, text),
        h('small', {}, compact(total.requests)),
      )
    }),
  )
}
