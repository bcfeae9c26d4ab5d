import type { RouteConfig } from '@hono/zod-openapi'
import type { Next } from 'hono'
import type { ServerSide } from '../dialects/dialect.ts'

/** How a surface says that something went wrong. */
export type Voice = Pick<
  ServerSide,
  | 'encodeError'
  | 'errorStatus'
  | 'errorStatusOf'
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
  /** AWS's own clients call here, so their signatures are taken. */
  signed?: boolean
  /** Its requests count against nobody's limits: what they ask for comes as requests of its own. */
  uncounted?: boolean
  endpoints: readonly Endpoint[]
}

/** Two vendors call different things by one path; their clients differ in a header. */
interface Claim {
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
