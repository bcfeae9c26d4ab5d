import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Services } from '../ports/services.ts'
import { createGuard } from './access/auth.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import { createEntrance } from './entrance/entrance.ts'
import { createForwarded } from './entrance/forwarded.ts'
import type { AccessEntry, AccessObserver } from './log/access-entry.ts'
import { createAccessLog } from './log/access-log.ts'
import { beginTrace } from './log/tracing.ts'
import type { Admit } from './metering.ts'
import { requestHeader } from './request-header.ts'
import { requestIdFrom } from './request-id.ts'
import type { Surface } from './surface.ts'
import { letIn, withinOf } from './within.ts'

interface ReceptionOptions {
  services: Services
  isOpen(path: string): boolean
  /** Whether a caller may come in now. */
  admit: Admit
  observers: readonly AccessObserver[]
  surfaceOf(path: string): Surface
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
  surfaceOf,
  refuse,
}: ReceptionOptions): MiddlewareHandler<HttpEnv> {
  const { config, runtime } = services
  const guard = createGuard(services, isOpen)
  const enter = createEntrance(services)
  const describe = createDescription(services)
  const log = createAccessLog(runtime.log, config.LOG_LEVEL, {
    serverId: services.serverId,
    observers,
  })
  return async (c, next) => {
    const within = withinOf(c.env)
    c.set('services', within?.services ?? services)
    const id = requestIdFrom(requestHeader(c, 'x-request-id'))
    const entry = log.open(id, c.req.method, c.req.path)
    entry.surface = surfaceOf(entry.path)
    describe(c, entry)
    c.set('requestId', id)
    c.set('entry', entry)
    c.set('log', log)
    try {
      const early = within ? undefined : enter(c)
      if (early) {
        c.res = early
      } else {
        const naming = services.serverId?.coming()
        if (naming) await naming
        const asking = within ? letIn(c, within) : guard(c)
        const caller = asking instanceof Promise ? await asking : asking
        c.set('caller', caller)
        entry.caller = caller
        entry.linger = c.get('services').runtime.linger
        const entering = admit(c, caller)
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

/** What the request tells of itself, as far as somebody wants to know. */
function createDescription(services: Services): (c: HttpContext, entry: AccessEntry) => void {
  const { config, traces } = services
  const forwarded = createForwarded(services)
  return (c, entry) => {
    const header = (name: string) => requestHeader(c, name)
    entry.header = header
    const from = withinOf(c.env)?.forwarded ?? forwarded
    if (config.LOG_CLIENT_IP) entry.address = from(c).address
    if (traces) {
      entry.scheme = from(c).protocol
      entry.trace = beginTrace(traces, header)
      entry.route = () => routePath(c, -1)
    }
  }
}
