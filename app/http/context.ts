import type { Context } from 'hono'
import type { CallerIdentity } from '../ports/caller.ts'
import type { Services } from '../ports/services.ts'
import type { AccessEntry } from './log/access-entry.ts'
import type { AccessLog } from './log/access-log.ts'

/** Headers of every answer to one request. */
export type StandingHeaders = Readonly<Record<string, string>>

/** Where a request comes from, as far as somebody credible says so. */
export interface Forwarded {
  /** The IP address of the caller. */
  address?: string
  /** As the caller wrote it, with its port. */
  host?: string
  protocol?: 'http' | 'https'
}

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
