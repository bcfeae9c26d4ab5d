const BACKSLASH = 92
const CLOSING_BRACE = 125

/**
 * A string in JSON of a form that is known up to its opening quote, which is `prefix`, without parsing the rest. So many
 * braces must follow its closing quote; undefined for every other form.
 */
export function plainText(json: string, prefix: string, braces: 1 | 2): string | undefined {
  const start = prefix.length
  // A third of the time that `startsWith` takes for a prefix of this length (V8 of Node 24).
  if (json.slice(0, start) !== prefix) return undefined
  let end = json.indexOf('"', start)
  const escaped = json.indexOf('\\', start)
  if (escaped < 0 || escaped > end) {
    return isClosed(json, end, braces) ? json.slice(start, end) : undefined
  }
  while (end > 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  if (end < 0 || !isClosed(json, end, braces)) return undefined
  const text: unknown = JSON.parse(json.slice(start - 1, end + 1))
  return typeof text === 'string' ? text : undefined
}

function isClosed(json: string, quote: number, braces: 1 | 2): boolean {
  return (
    json.charCodeAt(quote + 1) === CLOSING_BRACE &&
    (braces === 1 || json.charCodeAt(quote + 2) === CLOSING_BRACE)
  )
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
