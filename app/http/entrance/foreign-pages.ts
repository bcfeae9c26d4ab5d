import { GatewayError } from '../../errors.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'
import type { Services } from '../../ports/services.ts'
import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'
import { isFree } from './cors.ts'
import { isLoopback } from './loopback.ts'

/** Pages from elsewhere, where they may call: they see nothing of what others store here. */
const FOREIGN_PAGE: CallerIdentity = { owner: 'foreign-pages', keyId: 'default' }

/**
 * For a server without keys. A page may send a request to localhost from anywhere, and need not see the
 * answer to cost money: it is refused unless the operator named its origin. Where nothing costs any, it may
 * call, as somebody else than the people of this machine.
 */
export function foreignPages(services: Services): (c: HttpContext) => CallerIdentity {
  const invited = new Set(services.config.CORS_ALLOW_ORIGINS)
  const isTolerant = invited.has('*') || isFree(services)
  return (c) => {
    if (!isForeign(c, invited)) return SOLE_CALLER
    if (isTolerant) return FOREIGN_PAGE
    throw new GatewayError(
      'permission',
      'This server has no key, so web pages from elsewhere may not call it. Set API_KEY on the server.',
      { reason: 'foreign_origin' },
    )
  }
}

/** Throws `permission` for a page from elsewhere that nobody invited, whoever it shows itself to be. */
export function refuseForeignPage(c: HttpContext): void {
  const services = c.get('services')
  const origins = services.config.CORS_ALLOW_ORIGINS
  if (!isForeign(c, new Set(origins)) || origins.includes('*') || isFree(services)) return
  throw new GatewayError(
    'permission',
    'Web pages of this origin may not call here. CORS_ALLOW_ORIGINS on the server can name it.',
    { reason: 'foreign_origin' },
  )
}

function isForeign(c: HttpContext, invited: ReadonlySet<string>): boolean {
  const origin = requestHeader(c, 'origin')
  return origin !== undefined && !isOwn(origin, c) && !invited.has(origin)
}

function isOwn(origin: string, c: HttpContext): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname, host } = new URL(origin)
  if (!protocol.startsWith('http') || isLoopback(hostname)) return true
  return host === requestHeader(c, 'host')
}
