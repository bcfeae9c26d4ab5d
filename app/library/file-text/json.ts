import { indentJson } from './indent-json.ts'

/** How deep the structure is told; the content follows in full. */
const DEPTH = 2
/** Letters of a name and of a value in the structure. */
const LONGEST = 50
/** Letters of what is indented: longer texts are not for reading, and would grow longer still. */
const LONGEST_INDENTED = 1_000_000

/** An object: how it is built, and all of it, indented unless it is very long. What is no JSON stands as it is. */
export function textOfJson(name: string, content: string): string {
  const value = parse(content)
  if (value === undefined) return content
  return [
    `JSON File: ${name}`,
    '',
    ...structure(value.found, 'root', 0),
    '',
    'JSON Content:',
    content.length > LONGEST_INDENTED ? content : indentJson(content),
  ].join('\n')
}

function parse(content: string): { found: unknown } | undefined {
  try {
    return { found: JSON.parse(content) as unknown }
  } catch {
    return undefined
  }
}

function structure(value: unknown, path: string, depth: number): string[] {
  const indent = '  '.repeat(depth)
  if (Array.isArray(value)) {
    const lines = [`${indent}Array at ${path} with ${value.length} items`]
    if (value.length === 0) return lines
    lines.push(`${indent}  Sample item type: ${kindOf(value[0])}`)
    return depth < DEPTH ? [...lines, ...nested(value[0], `${path}[0]`, depth)] : lines
  }
  if (typeof value !== 'object' || value === null) return [`${indent}${path}: ${told(value)}`]
  const members = Object.entries(value)
  const lines = [`${indent}Object at ${path} with ${members.length} keys:`]
  for (const [name, member] of members) {
    const key = cut(name)
    lines.push(`${indent}  ${key}: ${told(member)}`)
    if (depth < DEPTH)
      lines.push(...nested(member, path === 'root' ? key : `${path}.${key}`, depth))
  }
  return lines
}

const nested = (value: unknown, path: string, depth: number) =>
  typeof value === 'object' && value !== null ? structure(value, path, depth + 1) : []

function told(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value)
  return `${kindOf(value)} = ${cut(String(value))}`
}

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text)

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
