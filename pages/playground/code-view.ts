import { fill, h } from '../shared/element.ts'
import { segmented } from '../shared/segmented.ts'
import type { Dialect } from './dialect.ts'
import { LANGUAGES, type Language, snippet } from './snippets.ts'

/** What is sent. */
export interface Call {
  dialect: Dialect
  path: string
  body: Record<string, unknown>
}

/** The call in languages people copy from. */
export function createCodeView(): { show(call: Call): HTMLElement } {
  let language: Language = 'curl'
  let call: Call | undefined
  const code = h('code')
  const copy = h('button', { type: 'button', class: 'copy' }, 'Copy')
  const draw = () => {
    if (call) code.textContent = textOf(call, language)
    copy.textContent = 'Copy'
  }
  const choices = segmented({
    label: 'Language',
    choices: LANGUAGES,
    value: language,
    onchange(next) {
      language = next
      draw()
    },
  })
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent ?? '')
    fill(copy, 'Copied')
  })
  const element = h(
    'div',
    { class: 'code' },
    h('div', { class: 'row' }, choices, copy),
    h('pre', { tabindex: 0 }, code),
  )
  return {
    show(next) {
      call = next
      draw()
      return element
    },
  }
}

const textOf = ({ dialect, body }: Call, language: Language) =>
  snippet({ dialect: dialect.name, body, language, base: new URL('.', location.href).href })
