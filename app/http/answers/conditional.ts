import type { HttpContext } from '../context.ts'

/** Whether the caller already holds this version; tags are compared weakly, as RFC 9110 asks for GET. */
export function holdsVersion(c: HttpContext, etag: string): boolean {
  const held = c.req.header('if-none-match')
  if (held === undefined) return false
  if (held.trim() === '*') return true
  return held.split(',').some((tag) => opaque(tag) === opaque(etag))
}

const opaque = (tag: string) => tag.trim().replace(/^W\//, '')

/** Whether gzip may be sent: named, or meant by a star, and not ruled out by a weight of zero. */
export function acceptsGzip(c: HttpContext): boolean {
  const weights = weightsIn(c.req.header('accept-encoding'))
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}

/** Whether a page is wanted rather than JSON, which only browsers say; a star means neither. */
export function prefersPage(c: HttpContext): boolean {
  const weights = weightsIn(c.req.header('accept'))
  const page = weights.get('text/html') ?? 0
  return page > 0 && page >= (weights.get('application/json') ?? 0)
}

/** What a header offers, in lower case, and how much each is liked. */
const weightsIn = (header = ''): Map<string, number> =>
  new Map(
    header.split(',').map((offer) => {
      const [name = '', ...parameters] = offer.toLowerCase().split(';')
      const weight = parameters.find((one) => one.trim().startsWith('q='))
      return [name.trim(), weight === undefined ? 1 : Number(weight.trim().slice(2))] as const
    }),
  )
