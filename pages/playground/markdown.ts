import { h } from '../shared/element.ts'
import { inline } from './markdown-inline.ts'

/** A piece of text that is drawn by itself; as long as its source stays, so does its drawing. */
interface Block {
  kind: 'paragraph' | 'code' | 'heading' | 'list' | 'quote' | 'table' | 'rule'
  source: string
}

const FENCE = /^\s{0,3}(`{3,}|~{3,})(.*)$/
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/
const KINDS: readonly [Block['kind'], RegExp][] = [
  ['heading', /^#{1,6}\s/],
  ['rule', /^\s{0,3}([-*_])(\s*\1){2,}\s*$/],
  ['list', ITEM],
  ['quote', /^\s{0,3}>/],
  ['table', /^\s*\|.*\|\s*$/],
]

const kindOf = (line: string): Block['kind'] =>
  KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? 'paragraph'

/** Text as blocks; a fence that has not ended yet goes to the end. */
function blocksIn(text: string): Block[] {
  const blocks: Block[] = []
  let open: { kind: Block['kind']; lines: string[]; fence?: string } | undefined
  const close = () => {
    if (open) blocks.push({ kind: open.kind, source: open.lines.join('\n') })
    open = undefined
  }
  for (const line of text.split('\n')) {
    if (open?.fence !== undefined) {
      open.lines.push(line)
      if (line.trim().startsWith(open.fence) && line.trim().replace(/[`~]/g, '') === '') close()
      continue
    }
    const [, fence] = FENCE.exec(line) ?? []
    if (fence !== undefined) {
      close()
      open = { kind: 'code', lines: [line], fence }
      continue
    }
    if (line.trim() === '') {
      // The next item of a list belongs to it also after an empty line.
      if (open?.kind === 'list') open.lines.push('')
      else close()
      continue
    }
    const kind = kindOf(line)
    const goesOn =
      open !== undefined &&
      (open.kind === kind || (open.kind === 'list' && /^\s{2,}\S/.test(line))) &&
      kind !== 'heading' &&
      !isOtherList(open.lines[0]!, line)
    if (!goesOn) {
      close()
      open = { kind, lines: [] }
    }
    open!.lines.push(line)
  }
  close()
  return blocks
}

/** Whether numbers follow upon dots, or dots upon numbers, on the same level. */
function isOtherList(first: string, line: string): boolean {
  const [, margin, mark] = ITEM.exec(first) ?? []
  const [, indent, next] = ITEM.exec(line) ?? []
  if (margin === undefined || indent === undefined) return false
  return indent.length <= margin.length + 1 && /\d/.test(mark!) !== /\d/.test(next!)
}

/** Draws text that grows: what has not changed stays as it is. */
export function createMarkdown(): { element: HTMLElement; show(text: string): void } {
  const element = h('div', { class: 'markdown' })
  let shown: Block[] = []
  return {
    element,
    show(text) {
      const blocks = blocksIn(text)
      for (const [at, block] of blocks.entries()) {
        const before = shown[at]
        if (before?.kind === block.kind && before.source === block.source) continue
        const drawn = DRAWINGS[block.kind](block.source)
        const old = element.children[at]
        if (old) old.replaceWith(drawn)
        else element.append(drawn)
      }
      while (element.children.length > blocks.length) element.lastElementChild!.remove()
      shown = blocks
    },
  }
}

const DRAWINGS: Record<Block['kind'], (source: string) => HTMLElement> = {
  paragraph: (source) => h('p', {}, ...inline(source)),
  rule: () => h('hr'),
  heading(source) {
    const [, marks = '#', text = ''] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(source) ?? []
    // The page has a first heading of its own.
    const tag = (['h3', 'h4', 'h5'] as const)[Math.min(marks.length, 3) - 1]!
    return h(tag, {}, ...inline(text))
  },
  code(source) {
    const [first = '', ...lines] = source.split('\n')
    if (/^\s*[`~]{3,}\s*$/.test(lines.at(-1) ?? '')) lines.pop()
    const language = FENCE.exec(first)?.[2]?.trim()
    const code = h('code', {}, lines.join('\n'))
    return h('pre', { 'data-language': language || undefined, tabindex: 0 }, code)
  },
  quote: (source) => h('blockquote', {}, ...inline(source.replace(/^\s{0,3}> ?/gm, ''))),
  list: (source) => listOf(source.split('\n')),
  table(source) {
    const rows = source.split('\n').map(cellsIn)
    const hasHead = rows[1]?.every((cell) => /^:?-+:?$/.test(cell)) === true
    const row = (cells: string[], tag: 'th' | 'td') =>
      h('tr', {}, ...cells.map((cell) => h(tag, {}, ...inline(cell))))
    const head = hasHead ? h('thead', {}, row(rows[0]!, 'th')) : undefined
    const body = rows.slice(hasHead ? 2 : 0).map((cells) => row(cells, 'td'))
    return h('div', { class: 'wide' }, h('table', {}, head, h('tbody', {}, ...body)))
  },
}

const cellsIn = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())

/** Levels of a list that are drawn as such. Nobody writes more, and each one takes another look at all lines within it. */
const DEEPEST = 12

/** Items that are set in further belong to the item before them. */
function listOf(lines: readonly string[], depth = 1): HTMLElement {
  const [, margin = '', mark = '-'] = ITEM.exec(lines[0] ?? '') ?? []
  const items: string[][] = []
  for (const line of lines) {
    const [, indent = '', , text = ''] = ITEM.exec(line) ?? []
    if (ITEM.test(line) && indent.length <= margin.length + 1) items.push([text])
    else items.at(-1)?.push(line)
  }
  const isNumbered = /\d/.test(mark)
  const start = isNumbered ? Number.parseInt(mark, 10) : undefined
  return h(
    isNumbered ? 'ol' : 'ul',
    { start: start === 1 ? undefined : start },
    ...items.map(([text = '', ...more]) => {
      const inner = depth < DEEPEST ? more.findIndex((line) => ITEM.test(line)) : -1
      const own = inner < 0 ? more : more.slice(0, inner)
      return h(
        'li',
        {},
        ...inline([text, ...own].join('\n').trimEnd()),
        inner >= 0 && listOf(more.slice(inner), depth + 1),
      )
    }),
  )
}
