import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { validationError } from '../dialects/validation.ts'
import type { Services } from '../ports/services.ts'
import { errorResponse } from './answers/errors.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import { mount } from './endpoint.ts'
import type { AccessObserver } from './log/access-entry.ts'
import { metricsObserver } from './log/measuring.ts'
import { traceObserver } from './log/tracing.ts'
import { createAdmission, meteringObserver } from './metering.ts'
import { reception } from './reception.ts'
import { claimedPaths, openPaths, owners, type Surface } from './surface.ts'
import { unknownRoute } from './unknown-route.ts'

/** The surfaces as one Hono app. They are asked for with the app in hand, for one of them describes it. */
export function createHttp(
  services: Services,
  surfacesOf: (app: OpenAPIHono<HttpEnv>) => readonly Surface[],
): OpenAPIHono<HttpEnv> {
  let claimed: ReturnType<typeof claimedPaths> = (path) => path
  const voiceOf = (path: string) => surfaceOf(path).voice
  const app = new OpenAPIHono<HttpEnv>({
    getPath: (request) => claimed(getPath(request), (name) => request.headers.get(name)),
    defaultHook: (result, c) => {
      if (result.success) return
      const asked = 'data' in result ? result.data : undefined
      throw validationError(result.error, asked, voiceOf(c.req.path).validationWords)
    },
  })
  const surfaces = surfacesOf(app)
  claimed = claimedPaths(surfaces)
  const surfaceOf = owners(surfaces)
  const refuse = (c: HttpContext, thrown: unknown) => errorResponse(c, thrown, voiceOf)

  const isOpen = openPaths(surfaces)
  const uncounted = new Set(surfaces.filter((one) => one.uncounted).flatMap(pathsOf))
  const admit = createAdmission(services, {
    isOpen: (path) => uncounted.has(path) || isOpen(path),
    voiceOf,
  })
  const observers = observersOf(services)
  app.use(reception({ services, isOpen, admit, observers, surfaceOf, refuse }))
  for (const surface of surfaces) mount(app, surface)
  app.onError((error, c) => refuse(c, error))
  app.notFound(unknownRoute(app, refuse))
  return app
}

const pathsOf = ({ endpoints }: Surface) => endpoints.map(({ contract }) => contract.path)

/** Whoever wants to know of requests. */
function observersOf({ metering, metrics, traces, providers }: Services): AccessObserver[] {
  return [
    ...(metrics ? [metricsObserver(metrics)] : []),
    ...(traces ? [traceObserver(traces, { providers })] : []),
    meteringObserver(metering),
  ]
}
