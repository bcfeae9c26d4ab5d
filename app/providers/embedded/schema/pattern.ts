import { entryOf } from '../../../codecs/table.ts'

/** A regular expression taken apart. The callers' patterns are never run by the engine: they could hang it. */
export type PatternNode =
  | { type: 'char'; accepts(char: string): boolean }
  | { type: 'sequence'; nodes: PatternNode[] }
  | { type: 'choice'; nodes: PatternNode[] }
  | { type: 'repeat'; node: PatternNode; min: number; max: number }
  | { type: 'edge'; holds(before: string | undefined, after: string | undefined): boolean }
  | { type: 'look'; node: PatternNode; wanted: boolean }

interface Cursor {
  source: string
  at: number
}

const LONGEST = 1000

/** The parts of a pattern, or undefined when it is broken or says what we do not follow (back references, lookbehind). */
export function parsePattern(source: string): PatternNode | undefined {
  if (source.length > LONGEST || !isRegularExpression(source)) return undefined
  const cursor = { source, at: 0 }
  const node = parseChoice(cursor)
  return cursor.at === source.length ? node : undefined
}

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, 'u')
    return true
  } catch {
    // Callers' patterns come from many languages: what this one cannot read, it does not follow.
    return false
  }
}

function parseChoice(cursor: Cursor): PatternNode | undefined {
  const nodes: PatternNode[] = []
  do {
    const node = parseSequence(cursor)
    if (!node) return undefined
    nodes.push(node)
  } while (skip(cursor, '|'))
  return nodes.length === 1 ? nodes[0] : { type: 'choice', nodes }
}

function parseSequence(cursor: Cursor): PatternNode | undefined {
  const nodes: PatternNode[] = []
  while (cursor.at < cursor.source.length && !/[|)]/.test(cursor.source[cursor.at]!)) {
    const atom = parseAtom(cursor)
    if (!atom) return undefined
    nodes.push(parseQuantifier(cursor, atom))
  }
  return { type: 'sequence', nodes }
}

function parseAtom(cursor: Cursor): PatternNode | undefined {
  if (skip(cursor, '(')) return parseGroup(cursor)
  const source = take(
    cursor,
    /\[(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u.{4}|x..|.)|./suy,
  )
  const edge = EDGES[source]
  if (edge) return { type: 'edge', holds: edge }
  if (/^\\[1-9kc]/.test(source)) return undefined
  // One character at a time the engine is safe, and it knows every class and escape there is.
  const expression = new RegExp(`^(?:${source})$`, 'u')
  return { type: 'char', accepts: (char) => expression.test(char) }
}

const EDGES: Partial<Record<string, (before?: string, after?: string) => boolean>> = {
  '^': (before) => before === undefined,
  $: (_before, after) => after === undefined,
  '\\b': (before, after) => isWordCharacter(before) !== isWordCharacter(after),
  '\\B': (before, after) => isWordCharacter(before) === isWordCharacter(after),
}

function isWordCharacter(char: string | undefined): boolean {
  return char !== undefined && /^\w$/.test(char)
}

function parseGroup(cursor: Cursor): PatternNode | undefined {
  const kind = take(cursor, /\?(?:[:=!]|<[=!]|<[^>]*>)|/uy)
  if (kind === '?<=' || kind === '?<!') return undefined
  const node = parseChoice(cursor)
  if (!node || !skip(cursor, ')')) return undefined
  if (kind === '?=' || kind === '?!') return { type: 'look', node, wanted: kind === '?=' }
  return node
}

const QUANTIFIERS: Partial<Record<string, [min: number, max: number]>> = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
}

function parseQuantifier(cursor: Cursor, node: PatternNode): PatternNode {
  const written = take(cursor, /[*+?]|\{\d+(?:,\d*)?\}|/uy)
  if (written === '') return node
  skip(cursor, '?')
  const [min, max] = entryOf(QUANTIFIERS, written) ?? countsOf(written)
  return { type: 'repeat', node, min, max }
}

function countsOf(written: string): [min: number, max: number] {
  const [min, max] = written.slice(1, -1).split(',')
  if (max === undefined) return [Number(min), Number(min)]
  return [Number(min), max === '' ? Number.POSITIVE_INFINITY : Number(max)]
}

function skip(cursor: Cursor, letter: string): boolean {
  if (cursor.source[cursor.at] !== letter) return false
  cursor.at += 1
  return true
}

function take(cursor: Cursor, expression: RegExp): string {
  expression.lastIndex = cursor.at
  const found = expression.exec(cursor.source)?.[0] ?? ''
  cursor.at += found.length
  return found
}
