import { createRoute, z } from '@hono/zod-openapi'
import { asksForProof } from '../../config/access.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { ownAddress } from '../../http/entrance/own-address.ts'
import { ABOUT } from '../about-us.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { SERVER } from './server.ts'

export const CARD_TYPE = 'application/mcp-server-card+json'
export const CARD_PATH = '/mcp/server-card'

/** The revisions of the protocol, the newest first; a test holds them to what the SDK speaks. */
export const REVISIONS = [
  '2026-07-28',
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
]

const header = z.object({
  name: z.string(),
  description: z.string(),
  isRequired: z.boolean(),
  isSecret: z.boolean(),
})

const card = z
  .object({
    $schema: z.string(),
    name: z.string(),
    version: z.string(),
    title: z.string(),
    description: z.string(),
    remotes: z.array(
      z.object({
        type: z.literal('streamable-http'),
        url: z.string(),
        headers: z.array(header).optional(),
        supportedProtocolVersions: z.array(z.string()),
      }),
    ),
  })
  .openapi('McpServerCard')

/**
 * Where to connect, as the draft of server cards has it (SEP-2127, schema v2): below the endpoint, and where
 * its first draft had it (SEP-1649).
 */
export const serverCards = [
  { path: CARD_PATH, operationId: 'mcp_server_card' },
  { path: '/.well-known/mcp/server-card.json', operationId: 'well_known_mcp_server_card' },
].map((place) =>
  endpoint(
    createRoute({
      ...place,
      method: 'get',
      summary: 'MCP server card',
      tags: ['MCP'],
      security: [],
      responses: {
        200: { description: 'The server card.', content: { [CARD_TYPE]: { schema: card } } },
        ...errorResponses('4XX'),
      },
    }),
    (c) => reply(c, JSON.stringify(cardFor(c)), { type: CARD_TYPE, headers: OPEN_TO_PAGES }),
  ),
)

/** Documents that any page may read, for they tell nothing of anybody. */
export const OPEN_TO_PAGES = {
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=300',
}

function cardFor(c: HttpContext): z.infer<typeof card> {
  const { config } = c.get('services')
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/v2/server-card.schema.json',
    name: 'outcrop/gateway',
    version: SERVER.version,
    title: SERVER.title,
    description: ABOUT.description,
    remotes: [
      {
        type: 'streamable-http',
        url: `${ownAddress(c)}/mcp`,
        ...(asksForProof(config) && { headers: [KEY] }),
        supportedProtocolVersions: REVISIONS,
      },
    ],
  }
}

const KEY: z.infer<typeof header> = {
  name: 'Authorization',
  description: '`Bearer` and a key or token of this server.',
  isRequired: true,
  isSecret: true,
}
