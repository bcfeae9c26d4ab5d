import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import type { Next } from 'hono'
import type { ServerSide } from '../dialects/dialect.ts'
import type { ValidationWords } from '../dialects/validation.ts'
import { bodyForm, checkedBody, parsedBody } from './bodies/json-body.ts'
import type { HttpContext, HttpEnv } from './context.ts'

/** How a surface says that something went wrong. */
export type Voice = Pick<
  ServerSide,
  | 'encodeError'
  | 'errorStatus'
  | 'errorHeaders'
  | 'limitHeaders'
  | 'requestIdHeader'
  | 'validationWords'
>

/** A set of routes that speak one vendor's way. */
export interface Surface {
  name: string
  /** Below these paths errors sound in this voice, those of unknown routes included. */
  prefixes: readonly string[]
  voice: Voice
  /** Headers of each of its answers, by the milliseconds it took until now and what the request said. */
  answerHeaders?(
    milliseconds: number,
    header: ((name: string) => string | undefined) | undefined,
  ): Record<string, string>
  /** Requests by which the surface is meant although they are sent to another's paths. */
  claim?: Claim
  /** Its requests count against nobody's limits: what they ask for comes as requests of its own. */
  uncounted?: boolean
  endpoints: readonly Endpoint[]
}

/** Two vendors call different things by one path; their clients differ in a header. */
export interface Claim {
  /** Who sends it means this surface. */
  header: string
  /** Paths at the root, and all below them. */
  paths: readonly string[]
  /** Where the surface has them: `/anthropic`. */
  below: string
}

/** A route as a value: its contract, and what answers. */
export interface Endpoint {
  /** What the OpenAPI document says. `security: []` opens it to callers without a key. */
  contract: RouteConfig
  /** What the router gets. */
  route: RouteConfig
  handler: (c: never, next: Next) => Response | Promise<Response>
}

export interface EndpointOptions {
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

/** The path a request is routed by: that of the surface which claims it, else its own. */
export function claimedPaths(
  surfaces: readonly Surface[],
): (path: string, header: (name: string) => string | null) => string {
  const claims = surfaces.flatMap(({ claim }) => claim ?? [])
  return (path, header) => {
    for (const { paths, header: name, below } of claims) {
      const isTheirs = paths.some((one) => path === one || path.startsWith(`${one}/`))
      if (isTheirs && header(name) !== null) return below + path
    }
    return path
  }
}

/** The first surface that has the path; the last one has everything else. */
export function owners(surfaces: readonly Surface[]): (path: string) => Surface {
  return (path) =>
    surfaces.find(({ prefixes }) => prefixes.some((prefix) => path.startsWith(prefix))) ??
    surfaces.at(-1)!
}

/** Whether a path needs no key, as the contracts say. */
export function openPaths(surfaces: readonly Surface[]): (path: string) => boolean {
  const contracts = surfaces.flatMap((surface) => surface.endpoints.map((one) => one.contract))
  const open = contracts.filter(({ security }) => security?.length === 0).map(({ path }) => path)
  const exact = new Set(open.filter((path) => !path.includes('{')))
  const below = open.filter((path) => path.includes('{')).map((path) => path.split('{')[0]!)
  return (path) => exact.has(path) || below.some((folder) => path.startsWith(folder))
}
