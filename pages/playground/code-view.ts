import { fill, h } from '../shared/element.ts'
import { segmented } from '../shared/segmented.ts'
import type { Dialect } from './dialect.ts'
import { shortened } from './literals.ts'
import { LANGUAGES, type Language, snippet } from './snippets.ts'

type Body = Record<string, unknown>

/** What is sent. */
export interface Call {
  dialect: Dialect
  path: string
  body: Body
}

/** The call in languages people copy from. */
export function createCodeView(): { show(call: Call): HTMLElement } {
  let language: Language = 'curl'
  let call: Call | undefined
  const code = h('code')
  const copy = h('button', { type: 'button', class: 'copy', 'aria-live': 'polite' }, 'Copy')
  const draw = () => {
    if (call) code.textContent = textOf(call.dialect, shortened(call.body) as Body, language)
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
    if (!call) return
    // What is copied runs, so it has whole what is shown in short.
    const isCopied = await copyText(textOf(call.dialect, call.body, language))
    fill(copy, isCopied ? 'Copied' : 'Not copied')
  })
  const element = h(
    'div',
    { class: 'code' },
    h('div', { class: 'row' }, choices, copy),
    h('pre', { tabindex: 0 }, code),
  )
  return {
    show(next) {
      // A run stays the same call while it is answered.
      if (call !== next) {
        call = next
        draw()
      }
      return element
    },
  }
}

const textOf = ({ name }: Dialect, body: Body, language: Language) =>
  snippet({ dialect: name, body, language, base: new URL('.', location.href).href })

/** Whether it came to the clipboard, which pages over plain HTTP from another machine may not reach. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

/** The old way, which is open to them. */
function copySelected(text: string): boolean {
  const focused = document.activeElement
  const place = h('textarea', { class: 'unseen', readonly: true })
  place.value = text
  document.body.append(place)
  place.select()
  const isCopied = document.execCommand('copy')
  place.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return isCopied
}
