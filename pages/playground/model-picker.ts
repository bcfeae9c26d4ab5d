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

export interface ModelPicker {
  value(): string
  setValue(id: string): void
  setModels(models: readonly ListedModel[]): void
}

/** Rows that are shown at most; whoever looks for more writes more. */
const MOST = 80

/** Turns an input into one that offers models; any other name may be written as well. */
export function createModelPicker(input: HTMLInputElement, onchange: () => void): ModelPicker {
  const list = h('ul', {
    class: 'options',
    role: 'listbox',
    id: `${input.id}-options`,
    hidden: true,
  })
  input.after(list)
  const attributes = {
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': list.id,
    'aria-autocomplete': 'list',
  }
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value)
  let models: readonly ListedModel[] = []
  let offered: readonly ListedModel[] = []
  let at = -1

  const open = (words: string) => {
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean)
    offered = models
      .filter((model) => sought.every((word) => nameOf(model).includes(word)))
      .slice(0, MOST)
    at = -1
    fill(list, ...offered.map((model, place) => option(model, { place, list, choose })))
    list.hidden = offered.length === 0
    input.setAttribute('aria-expanded', String(!list.hidden))
  }
  const close = () => {
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const choose = (model: ListedModel) => {
    input.value = model.id
    input.title = model.id
    close()
    onchange()
  }
  const move = (by: number) => {
    if (list.hidden) return open('')
    at = Math.min(offered.length - 1, Math.max(0, at + by))
    for (const [place, row] of [...list.children].entries()) {
      row.setAttribute('aria-selected', String(place === at))
    }
    list.children[at]?.scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', `${list.id}-${at}`)
  }
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: close,
    Enter: () => (list.hidden || !offered[at] ? close() : choose(offered[at]!)),
  }
  input.addEventListener('keydown', (event) => {
    const key = keys[event.key]
    if (!key) return
    event.preventDefault()
    key()
  })
  input.addEventListener('focus', () => {
    input.select()
    open('')
  })
  input.addEventListener('click', () => list.hidden && open(''))
  input.addEventListener('input', () => {
    open(input.value)
    onchange()
  })
  input.addEventListener('blur', close)
  return {
    value: () => input.value.trim(),
    setValue(id) {
      input.value = id
      input.title = id
    },
    setModels(given) {
      models = given
    },
  }
}

const nameOf = ({ id, name = '', owned_by, provider }: ListedModel) =>
  `${id} ${name} ${owned_by} ${provider}`.toLowerCase()

interface OptionPlace {
  place: number
  list: HTMLElement
  choose(model: ListedModel): void
}

function option(model: ListedModel, { place, list, choose }: OptionPlace): HTMLElement {
  const takes = model.input_modalities.filter((one) => one !== 'text')
  const notes = [
    model.name ?? model.description,
    takes.length > 0 && `takes ${takes.join(', ')}`,
    model.legacy && 'about to be retired',
  ]
  return h(
    'li',
    {
      role: 'option',
      id: `${list.id}-${place}`,
      // The input must not lose the focus to what is pressed.
      onpointerdown: (event: Event) => event.preventDefault(),
      onclick: () => choose(model),
    },
    h('b', {}, model.id),
    h('small', {}, notes.filter(Boolean).join(' · ')),
  )
}
