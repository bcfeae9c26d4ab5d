import type { MiddlewareHandler } from 'hono'
import type { Services } from '../ports/services.ts'
import { type AccessObserver, createAccessLog } from './access-log.ts'
import { createGuard } from './auth.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import { createEntrance } from './entrance.ts'
import type { Admit } from './metering.ts'
import { requestHeader } from './request-header.ts'
import { requestIdFrom } from './request-id.ts'

export interface ReceptionOptions {
  services: Services
  isOpen(path: string): boolean
  /** Whether a caller may come in now. */
  admit?: Admit
  observers?: readonly AccessObserver[]
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
  admit,
  observers,
  refuse,
}: ReceptionOptions): MiddlewareHandler<HttpEnv> {
  const { config, runtime } = services
  const guard = createGuard(services, isOpen)
  const enter = createEntrance(services)
  const log = createAccessLog(runtime.log, config.LOG_LEVEL, {
    serverId: services.serverId,
    observers,
  })
  return async (c, next) => {
    c.set('services', services)
    const id = requestIdFrom(requestHeader(c, 'x-request-id'))
    const entry = log.open(id, c.req.method, c.req.path)
    c.set('requestId', id)
    c.set('entry', entry)
    c.set('log', log)
    try {
      const early = enter(c)
      if (early) {
        c.res = early
      } else {
        const asking = guard(c)
        const caller = asking instanceof Promise ? await asking : asking
        c.set('caller', caller)
        entry.caller = caller
        if (runtime.linger) entry.linger = (work) => runtime.linger!(c.env, work)
        const entering = admit?.(c, caller)
        if (entering) await entering
        await next()
      }
    } catch (thrown) {
      // Hono hands only an `Error` to its error handler; anything else comes up to here.
      c.res = refuse(c, thrown)
    }
    if (!entry.streaming) log.close(entry, c.res.status)
  }
}
