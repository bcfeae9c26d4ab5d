const BACKSLASH = 92
const CLOSING_BRACE = 125

/**
 * The text of a delta in the form Anthropic writes it, from `prefix` to the closing quote, without
 * parsing the rest; undefined for every other form.
 */
export function plainText(data: string, prefix: string): string | undefined {
  const start = prefix.length
  // A third of the time that `startsWith` takes for a prefix of this length (V8 of Node 24).
  if (data.slice(0, start) !== prefix) return undefined
  let end = data.indexOf('"', start)
  const escaped = data.indexOf('\\', start)
  if (escaped < 0 || escaped > end) {
    return isClosed(data, end) ? data.slice(start, end) : undefined
  }
  while (end > 0 && isEscaped(data, end)) end = data.indexOf('"', end + 1)
  if (end < 0 || !isClosed(data, end)) return undefined
  const text: unknown = JSON.parse(data.slice(start - 1, end + 1))
  return typeof text === 'string' ? text : undefined
}

/** Only the delta's and the event's braces may follow. */
function isClosed(data: string, quote: number): boolean {
  return (
    data.charCodeAt(quote + 1) === CLOSING_BRACE && data.charCodeAt(quote + 2) === CLOSING_BRACE
  )
}

function isEscaped(data: string, quote: number): boolean {
  let backslashes = 0
  while (data.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
