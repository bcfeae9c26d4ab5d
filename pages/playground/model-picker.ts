import { fill, h } from '../shared/element.ts'

export interface ListedModel {
  id: string
  name?: string
  owned_by: string
  provider: string
  description?: string
  input_modalities: string[]
  output_modalities: string[]
  legacy?: boolean
}

interface ModelPicker {
  value(): string
  setValue(id: string): void
  setModels(models: readonly ListedModel[]): void
}

/** Rows that are shown at most; whoever looks for more writes more. */
const MOST = 80

/** Turns an input into one that offers models; any other name may be written as well. */
export function createModelPicker(input: HTMLInputElement, onchange: () => void): ModelPicker {
  const setValue = (id: string) => {
    input.value = id
    input.title = id
  }
  const options = createOptions(input, (model) => {
    setValue(model.id)
    onchange()
  })
  const keys: Record<string, () => void> = {
    ArrowDown: () => options.move(1),
    ArrowUp: () => options.move(-1),
    Escape: options.close,
    Enter: options.choose,
  }
  input.addEventListener('keydown', (event) => {
    const key = keys[event.key]
    if (!key) return
    event.preventDefault()
    key()
  })
  input.addEventListener('focus', () => {
    input.select()
    options.open('')
  })
  input.addEventListener('click', () => options.open(''))
  input.addEventListener('input', () => {
    options.open(input.value)
    onchange()
  })
  input.addEventListener('blur', options.close)
  return { value: () => input.value.trim(), setValue, setModels: options.setModels }
}

/** The list below the input. */
function createOptions(input: HTMLInputElement, onchoose: (model: ListedModel) => void) {
  const id = `${input.id}-options`
  const list = h('ul', { class: 'options', role: 'listbox', id, hidden: true })
  input.after(list)
  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-autocomplete', 'list')
  input.setAttribute('aria-controls', id)
  let models: readonly ListedModel[] = []
  let offered: readonly ListedModel[] = []
  let at = -1

  const show = (is: boolean) => {
    list.hidden = !is
    input.setAttribute('aria-expanded', String(is))
    if (!is) input.removeAttribute('aria-activedescendant')
    // It lies above everything, beyond what the column it stands in would cut off.
    const { left, bottom } = input.getBoundingClientRect()
    list.style.setProperty('left', `${left}px`)
    list.style.setProperty('top', `${bottom + 4}px`)
  }
  const close = () => show(false)
  const chosen = (model: ListedModel) => {
    close()
    onchoose(model)
  }
  const open = (words: string) => {
    if (document.activeElement !== input) return
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean)
    const fitting = models.filter((one) => sought.every((word) => nameOf(one).includes(word)))
    offered = fitting.slice(0, MOST)
    at = -1
    const beyond = fitting.length - offered.length
    fill(
      list,
      ...offered.map((model, place) => option(model, { id: `${id}-${place}`, chosen })),
      beyond > 0 &&
        h(
          'li',
          { role: 'presentation', class: 'beyond' },
          `${beyond} more: write some of the name`,
        ),
    )
    show(offered.length > 0)
  }
  return {
    open,
    close,
    setModels(given: readonly ListedModel[]) {
      models = given
    },
    choose() {
      const model = list.hidden ? undefined : offered[at]
      if (model) chosen(model)
      else close()
    },
    move(by: number) {
      if (list.hidden) open('')
      at = Math.min(offered.length - 1, Math.max(0, at + by))
      for (const [place, row] of list.querySelectorAll('[role=option]').entries()) {
        row.setAttribute('aria-selected', String(place === at))
      }
      list.children[at]?.scrollIntoView({ block: 'nearest' })
      input.setAttribute('aria-activedescendant', `${id}-${at}`)
    },
  }
}

const nameOf = ({ id, name = '', owned_by, provider }: ListedModel) =>
  `${id} ${name} ${owned_by} ${provider}`.toLowerCase()

interface OptionPlace {
  id: string
  chosen(model: ListedModel): void
}

function option(model: ListedModel, { id, chosen }: OptionPlace): HTMLElement {
  const takes = model.input_modalities.filter((one) => one !== 'text')
  const notes = [
    model.name ?? model.description,
    takes.length > 0 && `takes ${takes.join(', ')}`,
    model.legacy && 'about to be retired',
  ]
  const properties = {
    role: 'option',
    id,
    // The input must not lose the focus to what is pressed.
    onpointerdown: (event: Event) => event.preventDefault(),
    onclick: () => chosen(model),
  }
  return h(
    'li',
    properties,
    h('b', {}, model.id),
    h('small', {}, notes.filter(Boolean).join(' · ')),
  )
}
