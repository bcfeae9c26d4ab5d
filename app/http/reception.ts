import type { MiddlewareHandler } from 'hono'
import { SOLE_CALLER } from '../ports/caller.ts'
import type { Services } from '../ports/services.ts'
import { createAccessLog } from './access-log.ts'
import { createGuard } from './auth.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import { requestHeader } from './request-header.ts'
import { requestIdFrom } from './request-id.ts'

export interface ReceptionOptions {
  services: Services
  isOpen(path: string): boolean
  /** Anything thrown as an answer. */
  refuse(c: HttpContext, thrown: unknown): Response
}

/**
 * The one middleware: gives the request its id, asks for the key, and writes the line in the access log.
 * One layer, not three, because each costs every request.
 */
export function reception({
  services,
  isOpen,
  refuse,
}: ReceptionOptions): MiddlewareHandler<HttpEnv> {
  const { config, runtime } = services
  const guard = createGuard(config, isOpen)
  const log = createAccessLog(runtime.log, config.LOG_LEVEL, services.serverId)
  return async (c, next) => {
    c.set('services', services)
    const id = requestIdFrom(requestHeader(c, 'x-request-id'))
    const entry = log.open(id, c.req.method, c.req.path)
    c.set('requestId', id)
    c.set('entry', entry)
    c.set('log', log)
    c.set('caller', SOLE_CALLER)
    const refusal = guard(c)
    try {
      if (refusal) c.res = refuse(c, refusal)
      else await next()
    } catch (thrown) {
      // Hono hands only an `Error` to its error handler; anything else comes up to here.
      c.res = refuse(c, thrown)
    }
    if (!entry.streaming) log.close(entry, c.res.status)
  }
}
