const QUOTE = 34
const COMMA = 44
const BRACKET = 91
const BACKSLASH = 92
const BRACE = 123

/**
 * Whether a text of JSON holds more values than that, or nearly: lists and objects count one more than what
 * is in them. Nothing is parsed, and no more is read than tells it.
 */
export function holdsMoreValues(text: string, most: number): boolean {
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
    } else if (code === COMMA || code === BRACKET || code === BRACE) {
      values++
      if (values > most) return true
    }
  }
  return false
}

/** The place of the quote that ends the string which begins at `start`; the text's length where none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at
    while (text.charCodeAt(before - 1) === BACKSLASH) before--
    if ((at - before) % 2 === 0) return at
  }
  return text.length
}
