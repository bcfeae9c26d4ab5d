import type { PatternNode } from './pattern.ts'

/** Work left; when it is used up nothing matches any more. */
interface Steps {
  left: number
}

const LONGEST_TEXT = 500
const LONGEST_EXAMPLE = 5_000

/** Whether the pattern occurs in the text. Takes all ways at once, so no pattern makes it slow. */
export function matches(pattern: PatternNode, text: string, steps: Steps): boolean {
  if (text.length > LONGEST_TEXT) return false
  const chars = [...text]
  const everywhere = new Set(chars.keys()).add(chars.length)
  return advance(pattern, { chars, from: everywhere, steps }).size > 0
}

interface Place {
  chars: string[]
  /** Positions reached so far. */
  from: Set<number>
  steps: Steps
}

/** The positions that can be reached by reading the pattern once. */
function advance(node: PatternNode, place: Place): Set<number> {
  place.steps.left -= 1 + place.from.size
  if (place.steps.left < 0 || place.from.size === 0) return new Set()
  switch (node.type) {
    case 'char':
      return readChar(node.accepts, place)
    case 'edge':
      return keep(place, (at) => node.holds(place.chars[at - 1], place.chars[at]))
    case 'look':
      return keep(
        place,
        (at) => advance(node.node, { ...place, from: new Set([at]) }).size > 0 === node.wanted,
      )
    case 'sequence':
      return node.nodes.reduce((from, next) => advance(next, { ...place, from }), place.from)
    case 'choice':
      return new Set(node.nodes.flatMap((next) => [...advance(next, place)]))
    case 'repeat':
      return repeat(node, place)
  }
}

function readChar(accepts: (char: string) => boolean, { chars, from }: Place): Set<number> {
  const reached = new Set<number>()
  for (const at of from) if (at < chars.length && accepts(chars[at]!)) reached.add(at + 1)
  return reached
}

function keep({ from }: Place, holds: (at: number) => boolean): Set<number> {
  return new Set([...from].filter(holds))
}

function repeat(node: PatternNode & { type: 'repeat' }, place: Place): Set<number> {
  let from = place.from
  // After as many rounds as there are characters, more rounds reach nothing else.
  const rounds = Math.min(node.min, place.chars.length + 1)
  for (let round = 0; round < rounds; round += 1) from = advance(node.node, { ...place, from })

  const reached = new Set(from)
  for (let round = node.min; round < node.max && from.size > 0; round += 1) {
    const next = advance(node.node, { ...place, from })
    from = new Set([...next].filter((at) => !reached.has(at)))
    for (const at of from) reached.add(at)
  }
  return reached
}

export interface Length {
  /** Characters. */
  min: number
  max: number
}

/** Letters that may stand beside what is not held to an end of the text. */
const PADDING: PatternNode = {
  type: 'repeat',
  node: { type: 'char', accepts: () => true },
  min: 0,
  max: Number.POSITIVE_INFINITY,
}

/** A text of that length that matches, or undefined when none was found. */
export function exampleOf(
  pattern: PatternNode,
  { min, max }: Length,
  steps: Steps,
): string | undefined {
  for (const nodes of [[pattern], [pattern, PADDING], [PADDING, pattern]]) {
    // Each try writes every open repetition a little longer; the empty text is the last resort.
    for (let extra = 0; extra <= Math.max(min, 1) && steps.left > 0; extra += 1) {
      const letters: string[] = []
      write({ type: 'sequence', nodes }, letters, { extra, steps })
      if (letters.length > max) break
      const text = letters.join('')
      if (text !== '' && letters.length >= min && matches(pattern, text, steps)) return text
    }
  }
  return min === 0 && matches(pattern, '', steps) ? '' : undefined
}

function write(node: PatternNode, letters: string[], how: { extra: number; steps: Steps }): void {
  how.steps.left -= 1
  if (how.steps.left < 0 || letters.length > LONGEST_EXAMPLE) return
  if (node.type === 'char') letters.push(sampleOf(node.accepts))
  if (node.type === 'sequence') for (const next of node.nodes) write(next, letters, how)
  if (node.type === 'choice') write(node.nodes[0]!, letters, how)
  if (node.type === 'repeat') {
    const count = Math.min(node.max, node.min + how.extra)
    for (let round = 0; round < count && how.steps.left > 0; round += 1) {
      write(node.node, letters, how)
    }
  }
}

const FAMILIAR = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ .,:;/@+#!?'
const LAST_TRIED = 0xffff

function sampleOf(accepts: (char: string) => boolean): string {
  for (const char of FAMILIAR) if (accepts(char)) return char
  for (let code = 0; code <= LAST_TRIED; code += 1) {
    const char = String.fromCharCode(code)
    if (accepts(char)) return char
  }
  return 'a'
}
