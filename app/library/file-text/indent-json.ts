/** Levels that are indented: deeper ones stand as far to the right, or a few brackets would fill the memory. */
const DEEPEST = 20

const QUOTE = 34
const BACKSLASH = 92

/**
 * JSON with every member on a line of its own. Unlike what is parsed and written again it keeps large
 * numbers, the order of members, and those of one name. `json` has to be valid.
 */
export function indentJson(json: string): string {
  const lines: string[] = []
  let line = ''
  let depth = 0
  const breakLine = () => {
    lines.push(line)
    line = '  '.repeat(Math.min(depth, DEEPEST))
  }
  for (let at = 0; at < json.length; at++) {
    const letter = json[at]!
    if (letter === '"') {
      const end = behindString(json, at)
      line += plainly(json.slice(at, end))
      at = end - 1
    } else if (letter === '{' || letter === '[') {
      line += letter
      depth += 1
      if (!closesNext(json, at + 1)) breakLine()
    } else if (letter === '}' || letter === ']') {
      depth -= 1
      if (!/[[{]$/.test(line)) breakLine()
      line += letter
    } else if (letter === ',') {
      line += letter
      breakLine()
    } else if (letter === ':') line += ': '
    else if (!isBlank(letter)) line += letter
  }
  return [...lines, line].join('\n')
}

const isBlank = (letter: string | undefined) =>
  letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t'

function closesNext(json: string, from: number): boolean {
  let at = from
  while (isBlank(json[at])) at++
  return json[at] === '}' || json[at] === ']'
}

function behindString(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json.charCodeAt(at) !== QUOTE) {
    at += json.charCodeAt(at) === BACKSLASH ? 2 : 1
  }
  return at + 1
}

/** Letters instead of their numbers, as people read them. */
const plainly = (text: string) =>
  text.includes('\\') ? JSON.stringify(JSON.parse(text) as string) : text
