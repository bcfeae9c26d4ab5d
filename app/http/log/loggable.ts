const LONGEST_TEXT = 1000
const MOST_ITEMS = 50
const DEEPEST = 12
/** Characters of everything together. */
const LONGEST = 32_000

/** Names of members whose texts are nobody's business. */
const SECRET_NAME =
  /key|secret|token|password|passphrase|authorization|credential|cookie|signature/i

/** Credentials for somebody else's server, under whatever names that server wants (`tools[].headers` of MCP). */
const HEADERS = /^(extra_|default_)?headers$/i

/** Secrets by their forms: keys of vendors and our own, AWS's, tokens, and whatever follows `Bearer`. */
const SECRET_TEXT =
  /\b(?:sk|oc|pk|rk|ghp|gho|xox[a-z])[-_][\w-]{16,}|\b(?:AKIA|ASIA|ABSK)[A-Za-z0-9+/=]{12,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\b(?:bearer|basic)\s+[\w.~+/=-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/gi

/** Credentials in an address stand before its host or behind its question mark. */
const ADDRESS = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/?#@"']*@)?([^\s?#"'<>]*)(\?[^\s"'<>]*)?/gi

const BASE64 = /^[\w+/=-]{256}/

/**
 * The body of a request as it may stand in a log: secrets are left out, signatures of addresses too, media
 * and long texts are cut. What people say is still in it.
 */
export function loggable(body: unknown): unknown {
  const room = { left: LONGEST }
  const walk = (value: unknown, depth: number, name: string): unknown => {
    if (typeof value === 'string') return SECRET_NAME.test(name) ? '…' : cut(value, room)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST || room.left <= 0) return '…'
    if (Array.isArray(value)) {
      const shown = value.slice(0, MOST_ITEMS).map((one) => walk(one, depth + 1, name))
      return value.length > MOST_ITEMS ? [...shown, `… (${value.length} items)`] : shown
    }
    const shown: Record<string, unknown> = {}
    const areSecret = HEADERS.test(name)
    for (const [key, member] of Object.entries(value)) {
      if (room.left <= 0) break
      shown[cut(key, room)] = walk(member, depth + 1, areSecret ? 'secret' : key)
    }
    return shown
  }
  return walk(body, 0, '')
}

function cut(text: string, room: { left: number }): string {
  const size = `… (${text.length} characters)`
  room.left -= Math.min(text.length, LONGEST_TEXT) + 4
  if (text.startsWith('data:'))
    return `${text.slice(0, Math.max(5, text.indexOf(',') + 1)).slice(0, 100)}${size}`
  if (BASE64.test(text)) return size
  // What is cut through the middle of a secret would not be known as one.
  const plain = text
    .slice(0, LONGEST_TEXT * 4)
    .replace(ADDRESS, '$1$2')
    .replace(SECRET_TEXT, '…')
  return text.length > LONGEST_TEXT ? `${plain.slice(0, LONGEST_TEXT)}${size}` : plain
}
