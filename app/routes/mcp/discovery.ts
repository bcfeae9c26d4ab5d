import { createRoute, z } from '@hono/zod-openapi'
import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import { protectedResource, RESOURCE_METADATA } from '../../http/access/protected-resource.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { ownAddress } from '../../http/entrance/own-address.ts'
import type { Endpoint, Surface, Voice } from '../../http/surface.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { CARD_PATH, CARD_TYPE, OPEN_TO_PAGES, serverCards } from './server-card.ts'

const LINKSET = 'application/linkset+json'
const CATALOG = '/.well-known/api-catalog'

const target = z.object({ href: z.string(), type: z.string() })

const linkset = z
  .object({
    linkset: z.array(z.looseObject({ anchor: z.string() })).describe('RFC 9264.'),
  })
  .openapi('ApiCatalog')

/** Which APIs are here, and where they are described (RFC 9727). */
const apiCatalog = (hasMcp: boolean) =>
  endpoint(
    createRoute({
      method: 'get',
      path: CATALOG,
      operationId: 'api_catalog',
      summary: 'API catalog',
      tags: ['Gateway'],
      security: [],
      responses: {
        200: {
          description: 'Links to descriptions and documentation.',
          content: { [LINKSET]: { schema: linkset } },
        },
        ...errorResponses('4XX'),
      },
    }),
    (c) => {
      const at = ownAddress(c)
      const apis = hasMcp ? [restOf(at), mcpOf(at)] : [restOf(at)]
      return reply(c, JSON.stringify({ linkset: apis }), {
        type: `${LINKSET}; profile="https://www.rfc-editor.org/info/rfc9727"`,
        headers: { ...OPEN_TO_PAGES, link: `<${at}${CATALOG}>; rel="api-catalog"` },
      })
    },
  )

type Target = z.infer<typeof target>

const restOf = (at: string): { anchor: string } & Record<string, string | Target[]> => ({
  anchor: `${at}/`,
  'service-desc': [{ href: `${at}/openapi.json`, type: 'application/json' }],
  'service-doc': [{ href: `${at}/docs`, type: 'text/html' }],
  status: [{ href: `${at}/health`, type: 'application/json' }],
})

const mcpOf = (at: string): ReturnType<typeof restOf> => ({
  anchor: `${at}/mcp`,
  'service-desc': [{ href: at + CARD_PATH, type: CARD_TYPE }],
})

const metadata = z
  .object({
    resource: z.string(),
    resource_name: z.string(),
    authorization_servers: z.array(z.string()),
    scopes_supported: z.array(z.string()).optional(),
    bearer_methods_supported: z.array(z.literal('header')),
  })
  .openapi('ProtectedResource')

/** Where tokens for this server, or for one path of it, come from (RFC 9728). */
const resourceMetadata = (resource: string, operationId: string): Endpoint =>
  endpoint(
    createRoute({
      method: 'get',
      path: RESOURCE_METADATA + resource,
      operationId,
      summary: 'OAuth protected resource metadata',
      description:
        '404 where no tokens are taken: JWT_ISSUER and AWS_COGNITO_USER_POOL_ID say whose are.',
      tags: ['Gateway'],
      security: [],
      responses: {
        200: jsonAnswer('RFC 9728.', metadata),
        ...errorResponses('4XX'),
      },
    }),
    (c) => {
      const found = protectedResource(c, resource)
      if (!found) {
        throw new GatewayError('not-found', 'This server takes no tokens.', {
          reason: 'no_tokens_taken',
        })
      }
      return reply(c, JSON.stringify(found), { headers: OPEN_TO_PAGES })
    },
  )

/** What programs read to find out what is here; errors in the voice of whoever it mostly speaks to. */
export function discoverySurface(voice: Voice, { MCP: hasMcp }: Pick<Config, 'MCP'>): Surface {
  return {
    name: 'discovery',
    prefixes: ['/.well-known/'],
    voice,
    endpoints: [
      apiCatalog(hasMcp),
      resourceMetadata('', 'protected_resource'),
      ...(hasMcp ? [resourceMetadata('/mcp', 'protected_mcp_resource'), ...serverCards] : []),
    ],
  }
}
