import { fill, h } from '../shared/element.ts'
import { count, duration } from '../shared/format.ts'
import { fileChip } from './attachments.ts'
import type { CallPart, Part, UserTurn } from './dialect.ts'
import { costOf } from './facts.ts'
import { createMarkdown } from './markdown.ts'
import { headerOf, type Run } from './run.ts'

export function userMessage({ text, files }: UserTurn): HTMLElement {
  return h(
    'article',
    { class: 'message user', 'aria-label': 'You' },
    files.length > 0 && h('div', { class: 'files' }, ...files.map((file) => fileChip(file))),
    text !== '' && h('p', {}, text),
  )
}

export interface RunMessage {
  element: HTMLElement
  /** Draws what has come by now. */
  show(): void
  setSelected(is: boolean): void
}

/** What a model says, as it comes. `onselect` is called when somebody wants to know how it came about. */
export function runMessage(run: Run, onselect: () => void): RunMessage {
  const body = h('div', { class: 'parts' })
  const foot = h('button', {
    type: 'button',
    class: 'plain foot',
    title: 'Inspect this answer',
    onclick: onselect,
  })
  const element = h('article', { class: 'message model', 'aria-label': 'Model' }, body, foot)
  const drawn: (Drawing & { type: Part['type'] })[] = []
  return {
    element,
    show() {
      const { parts } = run.reading.turn
      for (const [at, part] of parts.entries()) {
        if (drawn[at]?.type !== part.type) {
          const made = { type: part.type, ...DRAWINGS[part.type]() }
          drawn[at]?.element.remove()
          drawn[at] = made
          body.append(made.element)
        }
        drawn[at]!.show(part, at === parts.length - 1 && run.state === 'running')
      }
      for (const gone of drawn.splice(parts.length)) gone.element.remove()
      element.setAttribute('aria-busy', String(run.state === 'running'))
      element.classList.toggle('waiting', run.state === 'running' && parts.length === 0)
      showError(element, run)
      fill(foot, ...footOf(run))
    },
    setSelected: (is) => element.classList.toggle('selected', is),
  }
}

interface Drawing {
  element: HTMLElement
  show(part: Part, isLast: boolean): void
}

const DRAWINGS: Record<Part['type'], () => Drawing> = {
  text() {
    const { element, show } = createMarkdown()
    return { element, show: (part) => part.type === 'text' && show(part.text) }
  },
  thought() {
    const title = h('summary')
    const text = h('div')
    return {
      element: h('details', { class: 'thought' }, title, text),
      show(part, isLast) {
        title.textContent = isLast ? 'Thinking…' : 'Thoughts'
        if (part.type === 'thought') text.textContent = part.text
      },
    }
  },
  call() {
    const element = h('div', { class: 'call' })
    return {
      element,
      show: (part) => part.type === 'call' && fill(element, ...callOf(part)),
    }
  },
}

const callOf = ({ name, arguments: given, result }: CallPart) => [
  h('code', {}, h('b', {}, name), ` ${given}`),
  result !== undefined && h('code', { class: 'result' }, `→ ${result}`),
]

function showError(element: HTMLElement, run: Run): void {
  const old = element.querySelector('.notice')
  if (run.error === undefined || old) return
  const status = run.status !== undefined && run.status >= 400 ? `${run.status}: ` : ''
  element
    .querySelector('.parts')!
    .after(h('p', { class: 'notice', role: 'alert' }, status + run.error))
}

function footOf(run: Run): (HTMLElement | string)[] {
  const { usage } = run.reading
  const words = [
    headerOf(run, 'x-bedrock-model') ?? String(run.body['model']),
    run.state === 'running' ? undefined : duration(run.endedAt ?? 0),
    usage && `${count(usage.output)} tokens`,
    costOf(run),
    run.state === 'stopped' ? 'stopped' : undefined,
  ]
  return words.filter((word) => word !== undefined).map((word) => h('span', {}, word))
}
