/** How many beginnings are tried before a text counts as holding no JSON. */
const MOST_TRIES = 20

const FENCE = '```'

/** A list at the very beginning, behind no more than the opening of a code fence. */
const LIST = /^\s*(?:```[^\n]*\n\s*)?\[\s*[[{"\]\d-]/
/** How far into a text such a beginning may reach. */
const BEGINNING = 80

/**
 * The JSON a model put into other words or a code fence: what stands in the fence, a list the text begins
 * with, or the first object in it. Undefined where there is none.
 */
export function jsonWithin(text: string): string | undefined {
  const fenced = insideFence(text)?.trim()
  if (fenced !== undefined && isJson(fenced, true)) return fenced
  const bracket = LIST.test(text.slice(0, BEGINNING)) ? '[' : '{'
  let start = text.indexOf(bracket)
  for (let tries = 0; tries < MOST_TRIES && start >= 0; tries++) {
    const end = createBracketScan()(text, start)
    const found = end < 0 ? '' : text.slice(start, end)
    if (isJson(found)) return found
    start = text.indexOf('{', start + 1)
  }
  return undefined
}

/** What stands between the line of the first code fence and the next fence. */
function insideFence(text: string): string | undefined {
  const open = text.indexOf(FENCE)
  const line = open < 0 ? -1 : text.indexOf('\n', open + FENCE.length)
  const close = line < 0 ? -1 : text.indexOf(FENCE, line + 1)
  return close < 0 ? undefined : text.slice(line + 1, close)
}

/** Whether a text is JSON. `structured` asks for an object or a list. */
export function isJson(text: string, structured = false): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return !structured || (typeof value === 'object' && value !== null)
  } catch {
    return false
  }
}

const QUOTE = 34
const BACKSLASH = 92

/**
 * Follows one JSON object or list over any number of pieces of text. Each call tells where in its piece
 * the value ended, just behind its last bracket, or -1 when it goes on.
 */
function createBracketScan(): (piece: string, from?: number) => number {
  let depth = 0
  let inString = false
  let escaped = false
  return (piece, from = 0) => {
    for (let at = from; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (inString) {
        if (escaped) escaped = false
        else if (code === BACKSLASH) escaped = true
        else if (code === QUOTE) inString = false
      } else if (code === QUOTE) inString = true
      else if (code === 0x7b || code === 0x5b) depth++
      else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1
    }
    return -1
  }
}

/** One text on its way, reduced to the JSON in it as far as that can be told while it comes. */
interface JsonFilter {
  /** What of the JSON is certain by now. */
  push(text: string): string
  /** Whether the JSON has begun and not ended. */
  isWithin(): boolean
  /** What waited for a beginning that never came. */
  end(): string
}

/**
 * Lets through the first object of a streamed text, or the list it begins with, and nothing around it.
 * A text without either comes out whole at its end: nothing a model said is lost.
 */
export function createJsonFilter(): JsonFilter {
  let held = ''
  let scan: ReturnType<typeof createBracketScan> | undefined
  let over = false

  const follow = (piece: string): string => {
    const end = scan!(piece)
    if (end < 0) return piece
    over = true
    return piece.slice(0, end)
  }
  return {
    push(text) {
      if (over) return ''
      if (scan) return follow(text)
      const brace = text.indexOf('{')
      const before = held.length
      held += text
      const isList = before < BEGINNING && LIST.test(held.slice(0, BEGINNING))
      const start = isList ? held.indexOf('[') : before + brace
      if (!isList && brace < 0) return ''
      scan = createBracketScan()
      const piece = held.slice(start)
      held = ''
      return follow(piece)
    },
    isWithin: () => scan !== undefined && !over,
    end() {
      const words = held
      held = ''
      return words
    },
  }
}
