import { h } from './element.ts'

interface SegmentedOptions<Value extends string> {
  /** For those who hear the page. */
  label: string
  choices: readonly { value: Value; text: string }[]
  value: Value
  onchange(value: Value): void
}

let made = 0

/** A few choices of which one holds: radio buttons, so that arrow keys work as everywhere. */
export function segmented<Value extends string>({
  label,
  choices,
  value,
  onchange,
}: SegmentedOptions<Value>): HTMLFieldSetElement {
  made += 1
  const name = `segmented-${made}`
  return h(
    'fieldset',
    { class: 'segmented' },
    h('legend', { class: 'unseen' }, label),
    ...choices.map((choice) =>
      h(
        'label',
        {},
        h('input', {
          type: 'radio',
          name,
          value: choice.value,
          checked: choice.value === value,
          onchange: () => onchange(choice.value),
        }),
        h('span', {}, choice.text),
      ),
    ),
  )
}
