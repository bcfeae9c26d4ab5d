/** A header's value as it is signed. */
export const tidyHeaderValue = (value: string) => {
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
