import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import type { ServerSide } from '../dialects/dialect.ts'
import type { HttpEnv } from './context.ts'
import { jsonBody } from './json-body.ts'

/** How a surface says that something went wrong. */
export type Voice = Pick<ServerSide, 'encodeError'>

/** A set of routes that speak one vendor's way. */
export interface Surface {
  name: string
  /** Below these paths errors sound in this voice, those of unknown routes included. */
  prefixes: readonly string[]
  voice: Voice
  endpoints: readonly Endpoint[]
}

/** A route as a value: its contract, and what answers. */
export interface Endpoint {
  /** What the OpenAPI document says. `security: []` opens it to callers without a key. */
  contract: RouteConfig
  /** What the router gets. */
  route: RouteConfig
  handler: (c: never) => Response | Promise<Response>
}

/** Hono's context, knowing our variables and what the route's schemas let through. */
type ContextOf<Route extends RouteConfig> = Parameters<RouteHandler<Route, HttpEnv>>[0]

/**
 * Puts a contract and a handler together. A JSON body is read by `jsonBody` rather than by Hono's
 * validator, which refuses unlabelled bodies and parses asynchronously. `path` is the router's form of
 * the path where the contract cannot say it: a parameter that holds slashes.
 */
export function endpoint<const Route extends RouteConfig>(
  contract: Route,
  handler: (c: ContextOf<Route>) => Response | Promise<Response>,
  { path = contract.path }: { path?: string } = {},
): Endpoint {
  const media = contract.request?.body?.content['application/json']
  const schema = media && 'schema' in media ? media.schema : undefined
  const request = contract.request && { ...contract.request, body: undefined }
  return {
    contract,
    route: { ...contract, path, request, hide: true },
    handler:
      schema instanceof z.ZodType
        ? async (c: ContextOf<Route>) => {
            c.req.addValidatedData('json', await jsonBody(c, schema))
            return handler(c)
          }
        : handler,
  }
}

/** Registers a surface: the contracts for the document, the routes for the router. */
export function mount(app: OpenAPIHono<HttpEnv>, surface: Surface): void {
  for (const { contract } of surface.endpoints) app.openAPIRegistry.registerPath(contract)
  app.openapiRoutes(surface.endpoints)
}

/** The voice of the first surface that has the path; the last surface speaks for everything else. */
export function voices(surfaces: readonly Surface[]): (path: string) => Voice {
  return (path) =>
    (
      surfaces.find(({ prefixes }) => prefixes.some((prefix) => path.startsWith(prefix))) ??
      surfaces.at(-1)!
    ).voice
}

/** Whether a path needs no key, as the contracts say. */
export function openPaths(surfaces: readonly Surface[]): (path: string) => boolean {
  const contracts = surfaces.flatMap((surface) => surface.endpoints.map((one) => one.contract))
  const open = contracts.filter(({ security }) => security?.length === 0).map(({ path }) => path)
  const exact = new Set(open.filter((path) => !path.includes('{')))
  const below = open.filter((path) => path.includes('{')).map((path) => path.split('{')[0]!)
  return (path) => exact.has(path) || below.some((folder) => path.startsWith(folder))
}
