import { h } from '../shared/element.ts'

interface Form {
  /** Global, so that it can be sought from a place on. */
  pattern: RegExp
  draw(found: RegExpExecArray): Node | string
}

/** Forms within a line, the stronger first. */
const FORMS: readonly Form[] = [
  { pattern: /\\([!-/:-@[-`{-~])/g, draw: ([, letter]) => letter! },
  { pattern: /(`+)(.+?)\1(?!`)/gs, draw: ([, , text]) => h('code', {}, text!.trim()) },
  {
    // Only addresses that cannot run anything.
    pattern: /\[([^\]]+)\]\((https?:\/\/[^\s)]+|mailto:[^\s)]+)\)/g,
    draw: ([, text, href]) =>
      h('a', { href: href!, rel: 'noreferrer', target: '_blank' }, ...inline(text!)),
  },
  {
    pattern: /\*\*(?=\S)(.+?)(?<=\S)\*\*/gs,
    draw: ([, text]) => h('strong', {}, ...inline(text!)),
  },
  {
    pattern: /(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?!\w)/gs,
    draw: ([, text]) => h('em', {}, ...inline(text!)),
  },
  {
    pattern: /(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)/gs,
    draw: ([, text]) => h('em', {}, ...inline(text!)),
  },
]

/** A line's text with its forms drawn. */
export function inline(text: string): (Node | string)[] {
  const drawn: (Node | string)[] = []
  const waiting = FORMS.map((form) => ({ form, found: soughtFrom(form, text, 0) }))
  for (let at = 0; at < text.length; ) {
    let next: { form: Form; found: RegExpExecArray } | undefined
    for (const one of waiting) {
      // What was found before stays found until it is passed, so that long text is read once.
      if (one.found && one.found.index < at) one.found = soughtFrom(one.form, text, at)
      const { form, found } = one
      if (found && (!next || found.index < next.found.index)) next = { form, found }
    }
    const end = next?.found.index ?? text.length
    if (end > at) drawn.push(text.slice(at, end))
    if (!next) break
    drawn.push(next.form.draw(next.found))
    at = end + next.found[0].length
  }
  return drawn
}

function soughtFrom({ pattern }: Form, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
