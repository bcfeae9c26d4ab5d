import type { Services } from '../../ports/services.ts'
import { reply } from '../answers/reply.ts'
import { standingHeaders } from '../answers/security-headers.ts'
import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'
import { createCors } from './cors.ts'
import { createForwarded } from './forwarded.ts'
import { createHostCheck } from './trusted-hosts.ts'

/**
 * What comes before anybody is asked who they are: whether this is the server that was meant, what pages may
 * read of the answer, and the answer to their preflights. Throws for a host name that is not ours.
 */
export function createEntrance(services: Services): (c: HttpContext) => Response | undefined {
  const cors = createCors(services)
  const forwarded = createForwarded(services)
  const checkHost = createHostCheck(services)
  const standing = standingHeaders(services.config, cors)
  return (c) => {
    c.set('forwarded', forwarded)
    const origin = cors && requestHeader(c, 'origin')
    const headers = standing?.(origin, () => forwarded(c))
    if (headers) c.set('standing', headers)
    checkHost?.(c, forwarded)
    const allowed = origin === undefined ? undefined : cors?.preflight(c, origin)
    return allowed && reply(c, null, { status: 204, headers: { ...allowed } })
  }
}
