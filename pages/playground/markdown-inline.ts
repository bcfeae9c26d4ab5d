import { h } from '../shared/element.ts'

interface Form {
  pattern: RegExp
  draw(found: RegExpExecArray): Node
}

/** Forms within a line, the stronger first. */
const FORMS: readonly Form[] = [
  { pattern: /(`+)(.+?)\1(?!`)/s, draw: ([, , text]) => h('code', {}, text!.trim()) },
  {
    // Only addresses that cannot run anything.
    pattern: /\[([^\]]+)\]\((https?:\/\/[^\s)]+|mailto:[^\s)]+)\)/,
    draw: ([, text, href]) =>
      h('a', { href: href!, rel: 'noreferrer', target: '_blank' }, ...inline(text!)),
  },
  { pattern: /\*\*(?=\S)(.+?)(?<=\S)\*\*/s, draw: ([, text]) => h('strong', {}, ...inline(text!)) },
  {
    pattern: /(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?!\w)/s,
    draw: ([, text]) => h('em', {}, ...inline(text!)),
  },
  {
    pattern: /(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)/s,
    draw: ([, text]) => h('em', {}, ...inline(text!)),
  },
]

/** A line's text with its forms drawn. */
export function inline(text: string): (Node | string)[] {
  let first: { form: Form; found: RegExpExecArray } | undefined
  for (const form of FORMS) {
    const found = form.pattern.exec(text)
    if (found && (!first || found.index < first.found.index)) first = { form, found }
  }
  if (!first) return text === '' ? [] : [text]
  const { form, found } = first
  const rest = text.slice(found.index + found[0].length)
  return [text.slice(0, found.index), form.draw(found), ...inline(rest)]
}
