import { z } from '@hono/zod-openapi'
import { blankIsAbsent, flag, httpUrl, list, number, yesOrNo } from './values.ts'

/** The API as tools for agents, and how these find it. */
export const mcpVariables = {
  MCP: flag(true).describe('`off`: no MCP tools at `/mcp`.'),
  MCP_TOOLS_INCLUDE: list().describe(
    'The tools offered, by name or pattern of * and ?, comma separated: `openai_*,anthropic_message`. Default: all.',
  ),
  MCP_TOOLS_EXCLUDE: list().describe('Tools to leave out of those.'),
  MCP_SESSIONS: yesOrNo.describe(
    'Whether clients that begin with `initialize` get a session; without one every request stands alone. Default: on, except on Lambda and Workers, whose instances share nothing without AWS_DYNAMODB_TABLE.',
  ),
  MCP_SESSION_MINUTES: number(60, 1, 10_080).describe(
    'Minutes after which an unused session ends.',
  ),
  MCP_MAX_CONTENT_BYTES: number(8 * 1024 * 1024, 1024).describe(
    'The largest file, image or audio in bytes that a tool returns.',
  ),
  OAUTH_RESOURCE_IDENTIFIER: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe(
      'The resource identifier of this server in tokens, published at `/.well-known/oauth-protected-resource`. Default: the address of the request.',
    ),
  OAUTH_AUTHORIZATION_SERVERS: list(httpUrl).describe(
    'The token issuers listed there; comma separated. Default: JWT_ISSUER and the Cognito user pool.',
  ),
  OAUTH_SCOPES_SUPPORTED: list().describe(
    'The token scopes listed there. Default: the required ones.',
  ),
} as const
