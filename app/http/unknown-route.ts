import type { OpenAPIHono } from '@hono/zod-openapi'
import { GatewayError } from '../errors.ts'
import { reply } from './answers/reply.ts'
import type { HttpContext, HttpEnv } from './context.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/**
 * For whatever no route answers: 405 with the methods the path does know, 204 for those who ask for
 * them, else 404. `refuse` words an error for the path.
 */
export function unknownRoute(
  app: OpenAPIHono<HttpEnv>,
  refuse: (c: HttpContext, error: GatewayError) => Response,
) {
  return (c: HttpContext): Response => {
    const { method, path } = c.req
    const allowed = methodsOf(app, path)
    if (allowed.length === 0) {
      return refuse(
        c,
        new GatewayError('not-found', `Nothing answers to ${method} ${path}.`, {
          reason: 'unknown_url',
        }),
      )
    }
    const allow = [...allowed, 'OPTIONS'].join(', ')
    if (method === 'OPTIONS') return reply(c, null, { status: 204, headers: { allow } })
    const response = refuse(
      c,
      new GatewayError(
        'method-not-allowed',
        `${path} does not take ${method}, only ${allowed.join(', ')}.`,
        { reason: 'method_not_allowed' },
      ),
    )
    response.headers.set('allow', allow)
    return response
  }
}

/** Middleware matches every path and is no sign that somebody answers. */
function methodsOf(app: OpenAPIHono<HttpEnv>, path: string): string[] {
  const known = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.path !== '/*'),
  )
  return known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}
