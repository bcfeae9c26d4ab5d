import type { Context } from 'hono'
import type { CallerIdentity } from '../ports/caller.ts'
import type { Services } from '../ports/services.ts'
import type { StandingHeaders } from './answers/security-headers.ts'
import type { Forwarded } from './entrance/forwarded.ts'
import type { AccessEntry, AccessLog } from './log/access-log.ts'

/** What Hono hands around with one request. `Bindings` is whatever the runtime passes beside the request. */
export interface HttpEnv {
  Bindings: object
  Variables: {
    services: Services
    requestId: string
    /** Who asks; set before any route runs. */
    caller: CallerIdentity
    /** The request's line in the access log, written when it has ended. */
    entry: AccessEntry
    log: AccessLog
    /** Headers of whatever this request is answered, beside those of every answer. */
    standing?: StandingHeaders
    /** Where a request comes from, proxies looked through. */
    forwarded: (c: HttpContext) => Forwarded
    /** The body, where somebody had to read it before the route: a signature covers it. */
    bodyText?: string
  }
}

export type HttpContext = Context<HttpEnv>
