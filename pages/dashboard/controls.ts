import { fill, h } from '../shared/element.ts'
import { segmented } from '../shared/segmented.ts'
import { GROUP_NAMES, GROUPS, type Group, RANGE_NAMES, RANGES, type View } from './view.ts'

interface Controls {
  element: HTMLElement
  /** Shows what is filtered. */
  show(view: View, names: ReadonlyMap<string, string>): void
  /** When what is shown was read, and how many answers were on their way. */
  told(time: Date, streams: number | undefined): void
}

/** Chooses what is looked at. */
export function createControls(view: View, onchange: (view: Partial<View>) => void): Controls {
  const filters = h('div', { class: 'filters' })
  const told = h('span', { class: 'told' })
  const choices = <Name extends string>(
    names: readonly Name[],
    texts: Record<Name, { text: string }>,
  ) => names.map((value) => ({ value, text: texts[value].text }))
  const element = h(
    'div',
    { class: 'controls' },
    segmented({
      label: 'Time',
      choices: choices(RANGE_NAMES, RANGES),
      value: view.range,
      onchange: (range) => onchange({ range }),
    }),
    segmented({
      label: 'Told apart by',
      choices: choices(GROUP_NAMES, GROUPS),
      value: view.group,
      onchange: (group) => onchange({ group }),
    }),
    filters,
    told,
  )
  return {
    element,
    show(view, names) {
      const chosen = Object.entries(view.only) as [Group, string][]
      const wasFocused = filters.contains(document.activeElement)
      fill(
        filters,
        ...chosen.map(([group, value]) => {
          const text = `${GROUPS[group].text}: ${names.get(value) ?? value}`
          const { [group]: _, ...only } = view.only
          return h(
            'button',
            {
              type: 'button',
              class: 'filter',
              title: `Show all again, not only ${text}`,
              onclick: () => onchange({ only }),
            },
            h('span', {}, text),
            h('b', { 'aria-hidden': 'true' }, '×'),
          )
        }),
      )
      // Whoever goes by keys goes on from here.
      if (wasFocused) element.querySelector<HTMLElement>('.filter, input:checked')?.focus()
    },
    told(time, streams) {
      const open =
        streams === undefined ? [] : [streams === 1 ? '1 open stream' : `${streams} open streams`]
      told.textContent = [...open, `as of ${time.toLocaleTimeString('en-GB')}`].join(' · ')
    },
  }
}
