import { entryOf } from '../../codecs/table.ts'

/** A page: its title, and the words of it. */
export function textOfHtml(name: string, content: string): string {
  const { title, text } = withoutMarkup(content)
  return [
    `HTML File: ${name}`,
    ...(title ? [`Title: ${wordsOf(title)}`] : []),
    'Extracted text content:',
    wordsOf(text),
  ].join('\n')
}

/** Elements whose content nobody reads. */
const UNREAD = ['script', 'style']
/** Elements after which a new line begins. */
const LINES = new Set(
  'p div br li tr h1 h2 h3 h4 h5 h6 table ul ol section article header footer pre blockquote hr dt dd'.split(
    ' ',
  ),
)

function withoutMarkup(content: string): { title?: string; text: string } {
  // Only the letters of ASCII: others have lower ones of another length, and every place would be a wrong one.
  const lower = content.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  let title: string | undefined
  let text = ''
  let at = 0
  for (;;) {
    const start = lower.indexOf('<', at)
    if (start === -1) return { title, text: text + content.slice(at) }
    text += content.slice(at, start)
    const name = /^\/?[a-z][a-z0-9:-]*/.exec(lower.slice(start + 1, start + 40))?.[0]
    if (name === undefined && !lower.startsWith('<!', start)) {
      // A sign that less is meant, not a tag.
      text += '<'
      at = start + 1
      continue
    }
    at = behind(lower, start, name)
    // The first alone is that of the page; drawings in it may have their own.
    if (name === 'title' && title === undefined) {
      const end = lower.indexOf('</title', at)
      title = content.slice(at, end === -1 ? undefined : end)
      at = end === -1 ? content.length : after(lower, '>', end)
    } else if (LINES.has(name?.replace('/', '') ?? '')) text += '\n'
    else if (name === 'td' || name === 'th') text += ' '
  }
}

/** Where the text goes on behind a tag, a comment, or an element that is not read. */
function behind(lower: string, start: number, name: string | undefined): number {
  if (lower.startsWith('<!--', start)) return after(lower, '-->', start)
  if (name !== undefined && UNREAD.includes(name)) {
    return after(lower, '>', after(lower, `</${name}`, start) - 1)
  }
  return after(lower, '>', start)
}

function after(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from)
  return found === -1 ? text.length : found + end.length
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
  euro: '€',
}

/** References resolved, white space gathered; lines stay lines. */
function wordsOf(text: string): string {
  return text
    .replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});/gi, (whole, reference: string) =>
      resolved(reference, whole),
    )
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
}

function resolved(reference: string, whole: string): string {
  if (!reference.startsWith('#')) return entryOf(ENTITIES, reference.toLowerCase()) ?? whole
  const isHex = reference[1] === 'x' || reference[1] === 'X'
  const code = Number.parseInt(reference.slice(isHex ? 2 : 1), isHex ? 16 : 10)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
}
