/** What a signature covers, beside the body. `path` holds the query, both as they stand on the wire. */
export interface Signable {
  method: string
  /** As it stands in the `host` header: with its port unless that is the scheme's own. */
  host: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

/** The headers a signature names: `list` for `SignedHeaders=`, `lines` for the canonical request. */
export interface CanonicalHeaders {
  list: string
  lines: string
}

/**
 * Only what SigV4 demands is signed (host, content-type, everything x-amz-*): a proxy that rewrites
 * `accept-encoding` on the way must not break the signature.
 */
const isSigned = (name: string) =>
  name === 'content-type' ||
  name === 'host' ||
  (name.startsWith('x-amz') && name !== 'x-amzn-trace-id')

export function canonicalHeaders(
  host: string,
  ...groups: Record<string, string>[]
): CanonicalHeaders {
  const names = ['host']
  const values = [host]
  for (const group of groups) {
    for (const name in group) {
      const lower = name.toLowerCase()
      if (lower !== 'host' && isSigned(lower)) insert(lower, group[name]!, { names, values })
    }
  }
  let lines = ''
  for (let at = 0; at < names.length; at++) lines += `${names[at]}:${tidy(values[at]!)}\n`
  return { list: names.join(';'), lines }
}

/** Puts a header at its place in the order of names; the later of two by one name counts. */
function insert(
  name: string,
  value: string,
  { names, values }: { names: string[]; values: string[] },
): void {
  const known = names.indexOf(name)
  if (known >= 0) {
    values[known] = value
    return
  }
  let at = names.length
  for (; at > 0 && names[at - 1]! > name; at--) {
    names[at] = names[at - 1]!
    values[at] = values[at - 1]!
  }
  names[at] = name
  values[at] = value
}

const tidy = (value: string) => {
  const trimmed = value.trim()
  return /\s\s|[^\S ]/.test(trimmed) ? trimmed.replace(/\s+/g, ' ') : trimmed
}

/** Path and query as they are signed, each on its line; for every service but S3, which encodes its path only once. */
export function canonicalTarget(path: string): string {
  const mark = path.indexOf('?')
  const pathname = mark < 0 ? path : path.slice(0, mark)
  const query = mark < 0 ? '' : canonicalQuery(path.slice(mark + 1))
  return `${canonicalPath(pathname)}\n${query}`
}

/** The path of the wire, encoded once more: `%3A` is signed as `%253A`. Dot segments are resolved. */
export function canonicalPath(path: string): string {
  return encodeStrictly(resolveDots(path)).replaceAll('%2F', '/')
}

function resolveDots(path: string): string {
  if (!path.includes('//') && !path.includes('/.')) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [name, value] =
        equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [recode(name), recode(value)] as const
    })
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const recode = (text: string) => encodeStrictly(decodeURIComponent(text.replaceAll('+', ' ')))

/** RFC 3986: also the five characters `encodeURIComponent` leaves alone. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
