import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import type { Next } from 'hono'
import type { ValidationWords } from '../dialects/validation.ts'
import { bodyForm, checkedBody, parsedBody } from './bodies/json-body.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import type { Endpoint, Surface } from './surface.ts'

interface EndpointOptions {
  /** The router's form of the path where the contract cannot say it: a parameter that holds slashes. */
  path?: string
  /**
   * The one path that comes here of all that `path` fits. Hono's fast router cannot have a fixed name and a
   * parameter in one place: it would give up, and every request be routed by a slow one.
   */
  only?: string
  /** How a refused body is worded; OpenAI's words when absent. */
  words?: ValidationWords
  /** The handler reads query and body itself: they come in several forms. */
  readsItself?: boolean
}

/** Hono's context, knowing our variables and what the route's schemas let through. */
type ContextOf<Route extends RouteConfig> = Parameters<RouteHandler<Route, HttpEnv>>[0]

/**
 * Puts a contract and a handler together. A JSON body is read by `jsonBody` rather than by Hono's
 * validator, which refuses unlabelled bodies and parses asynchronously.
 */
export function endpoint<const Route extends RouteConfig>(
  contract: Route,
  handler: (c: ContextOf<Route>) => Response | Promise<Response>,
  { path = contract.path, only, words, readsItself }: EndpointOptions = {},
): Endpoint {
  const content = contract.request?.body?.content
  const media = content?.['application/json']
  // Where a form may come as well, the handler looks for itself.
  const isRead = media && 'schema' in media && !('multipart/form-data' in content) && !readsItself
  const schema = isRead ? media.schema : undefined
  // Headers are described to callers and not looked at here: any value passes, and looking costs every request.
  const unread = readsItself ? { query: undefined } : undefined
  const request = contract.request && {
    ...contract.request,
    body: undefined,
    headers: undefined,
    ...unread,
  }
  const form = schema instanceof z.ZodType ? bodyForm(schema, words) : undefined
  const heard = form
    ? async (c: ContextOf<Route>) => {
        c.req.addValidatedData('json', checkedBody(c, await parsedBody(c), form))
        return await handler(c)
      }
    : handler
  return {
    contract,
    route: { ...contract, path, request, hide: true },
    handler: only === undefined ? heard : among(only, heard),
  }
}

/** The handler of one path among those its route fits; the others go on to the next route. */
function among<C extends HttpContext>(
  path: string,
  handler: (c: C) => Response | Promise<Response>,
) {
  return async (c: C, next: Next): Promise<Response> => {
    if (c.req.path === path) return handler(c)
    await next()
    return c.res
  }
}

/** Registers a surface: the contracts for the document, the routes for the router. */
export function mount(app: OpenAPIHono<HttpEnv>, surface: Surface): void {
  for (const { contract } of surface.endpoints) app.openAPIRegistry.registerPath(contract)
  app.openapiRoutes(surface.endpoints)
}
