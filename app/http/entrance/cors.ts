import type { Services } from '../../ports/services.ts'
import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'

type Headers = Readonly<Record<string, string>>

/** What lets pages of other origins call. */
export interface Cors {
  /** Headers of every answer to a request from this origin. */
  headers(origin: string | undefined): Headers | undefined
  /** The answer to a preflight; undefined for any other request. */
  preflight(c: HttpContext, origin: string): Headers | undefined
}

/** Nothing that is asked here costs anything: the open default of development. */
export const isFree = ({ providers }: Pick<Services, 'providers'>): boolean =>
  providers.length > 0 && providers.every(({ free }) => free === true)

const ALL = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }
const NOBODY = { vary: 'origin' }
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
/** Names of headers, with what stands between them. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{1,2000}$/

/**
 * Undefined where no page from elsewhere may call, which is the default but for development. Credentials
 * of the browser never come along: whoever calls shows a key.
 */
export function createCors(services: Services): Cors | undefined {
  const { CORS_ALLOW_ORIGINS: configured } = services.config
  const origins = configured.length === 0 && isFree(services) ? ['*'] : configured
  if (origins.length === 0) return undefined
  const isOpen = origins.includes('*')
  const invited = new Map(origins.map((origin) => [origin, only(origin)]))

  const headers = (origin: string | undefined): Headers | undefined => {
    // Caches must know that an answer depends on the origin also where there was none.
    if (!isOpen) return (origin !== undefined && invited.get(origin)) || NOBODY
    return origin === undefined ? undefined : ALL
  }
  return {
    headers,
    preflight(c, origin) {
      const isPreflight =
        c.req.method === 'OPTIONS' && requestHeader(c, 'access-control-request-method')
      if (!isPreflight) return undefined
      const allowed = headers(origin)
      if (allowed === NOBODY) return allowed
      const asked = requestHeader(c, 'access-control-request-headers')
      return {
        ...allowed,
        'access-control-allow-methods': METHODS,
        // A star would not cover `authorization`, so what was asked for is named.
        ...(asked && HEADER_NAMES.test(asked) && { 'access-control-allow-headers': asked }),
        'access-control-max-age': '600',
      }
    },
  }
}

const only = (origin: string): Headers => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': '*',
  ...NOBODY,
})
