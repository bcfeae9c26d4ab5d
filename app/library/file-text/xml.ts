import { GatewayError } from '../../errors.ts'

/** How deep the structure is told, and how many children of one element; the content follows in full. */
const DEPTH = 3
const CHILDREN = 3

/** A document: how it is built, and all of it. Entities are never expanded, so what declares some is refused. */
export function textOfXml(name: string, content: string): string {
  if (/<!ENTITY/i.test(content)) {
    throw new GatewayError(
      'invalid-request',
      `The file ${name} declares XML entities, which are not expanded here.`,
      { reason: 'unreadable_file' },
    )
  }
  const lines = outline(content)
  if (lines.length === 0) return content
  return [
    `XML File: ${name}`,
    `Root element: ${lines[0]!.trim()}`,
    'Structure:',
    ...lines,
    '',
    'XML Content:',
    content,
  ].join('\n')
}

/** The names of elements near the root, indented, without anything being understood of what is between them. */
function outline(content: string): string[] {
  const lines: string[] = []
  const seen: number[] = []
  for (let at = content.indexOf('<'); at !== -1; at = content.indexOf('<', at + 1)) {
    const end = endOf(content, at)
    if (end === -1) break
    const isMarkup = content[at + 1] === '!' || content[at + 1] === '?'
    if (content[at + 1] === '/') seen.pop()
    else if (!isMarkup) {
      const name = /^[^\s/>]+/.exec(content.slice(at + 1, Math.min(end, at + 200)))?.[0] ?? ''
      const depth = seen.length
      const count = depth === 0 ? 0 : seen[depth - 1]!++
      if (depth < DEPTH && count < CHILDREN) lines.push(`${'  '.repeat(depth)}${name}`)
      else if (depth < DEPTH && count === CHILDREN) lines.push(`${'  '.repeat(depth)}...`)
      if (content[end - 1] !== '/') seen.push(0)
    }
    at = end
  }
  return lines
}

const ENDS: readonly (readonly [start: string, end: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
]

/** The last letter of a piece of markup; -1 when it does not end. */
function endOf(content: string, at: number): number {
  for (const [start, end] of ENDS) {
    if (!content.startsWith(start, at)) continue
    const found = content.indexOf(end, at + start.length)
    return found === -1 ? -1 : found + end.length - 1
  }
  return content.indexOf('>', at)
}
