import { byId, h } from '../shared/element.ts'
import { createAttachments } from './attachments.ts'
import type { UserTurn } from './dialect.ts'

interface ComposerOptions {
  onsend(turn: UserTurn): void
  onstop(): void
}

interface Composer {
  setRunning(is: boolean): void
  /** What is written and not sent. */
  draft(): string
  focus(): void
}

/** Where people write: Enter sends, Shift and Enter begins a line, files come by button, paste or drop. */
export function createComposer({ onsend, onstop }: ComposerOptions): Composer {
  const form = byId<HTMLFormElement>('composer')
  const text = byId<HTMLTextAreaElement>('text')
  const picker = byId<HTMLInputElement>('file')
  const send = byId<HTMLButtonElement>('send')
  const stop = byId<HTMLButtonElement>('stop')
  let isRunning = false
  const show = () => {
    send.hidden = isRunning
    stop.hidden = !isRunning
    send.disabled = text.value.trim() === '' && attachments.isEmpty()
    text.style.setProperty('height', 'auto')
    text.style.setProperty('height', `${Math.min(text.scrollHeight + 2, 260)}px`)
  }
  const attachments = createAttachments(() => show())
  byId('files').replaceWith(attachments.element)

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isRunning || send.disabled) return
    const turn: UserTurn = { role: 'user', text: text.value.trim(), files: attachments.take() }
    text.value = ''
    show()
    onsend(turn)
  })
  text.addEventListener('input', show)
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
  stop.addEventListener('click', onstop)
  byId('attach').addEventListener('click', () => picker.click())
  picker.addEventListener('change', () => {
    void attachments.add(picker.files ?? [])
    picker.value = ''
  })
  text.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files
    if (files && files.length > 0) {
      event.preventDefault()
      void attachments.add(files)
    }
  })
  takeDrops((files) => void attachments.add(files))
  show()
  return {
    setRunning(is) {
      isRunning = is
      show()
    },
    draft: () => text.value.trim(),
    focus: () => text.focus(),
  }
}

function takeDrops(take: (files: FileList) => void): void {
  const veil = h('div', { class: 'veil', hidden: true }, 'Drop files to send them along')
  document.body.append(veil)
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    veil.hidden = false
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) veil.hidden = true
  })
  document.addEventListener('drop', (event) => {
    veil.hidden = true
    if (!event.dataTransfer || event.dataTransfer.files.length === 0) return
    event.preventDefault()
    take(event.dataTransfer.files)
  })
}
