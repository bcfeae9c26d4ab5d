import { h } from '../shared/element.ts'

interface LoginOptions {
  /** Why it is asked for. */
  why: string
  onkey(key: string): void
}

/** Asks for a key. */
export function login({ why, onkey }: LoginOptions): HTMLElement {
  const input = h('input', {
    id: 'key',
    type: 'password',
    name: 'key',
    autocomplete: 'current-password',
    required: true,
    spellcheck: 'false',
    'aria-describedby': 'why',
  })
  const submit = (event: Event) => {
    event.preventDefault()
    if (input.value.trim() !== '') onkey(input.value.trim())
  }
  queueMicrotask(() => input.focus())
  return h(
    'form',
    { class: 'card login', onsubmit: submit },
    h('h1', {}, 'Admin key'),
    h('p', { id: 'why', role: 'alert' }, why),
    h('label', { for: 'key', class: 'unseen' }, 'Key'),
    input,
    h('button', { class: 'primary' }, 'Show the dashboard'),
    h('p', { class: 'small' }, 'It stays in this tab and is forgotten when you close it.'),
  )
}
