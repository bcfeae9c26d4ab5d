import { z } from '@hono/zod-openapi'
import { blankIsAbsent, flag, httpUrl, list, number, yesOrNo } from './values.ts'

/** The API as tools for agents, and how these find it. */
export const mcpVariables = {
  MCP: flag(true).describe('`off`: no tools by the Model Context Protocol at `/mcp`.'),
  MCP_TOOLS_INCLUDE: list().describe(
    'The tools that are offered, by name or pattern of * and ?, comma separated: `openai_*,anthropic_message`. Default: all.',
  ),
  MCP_TOOLS_EXCLUDE: list().describe('The tools among them that are not.'),
  MCP_SESSIONS: yesOrNo.describe(
    'Whether clients that begin with `initialize` get a session; without one every request stands alone. Default: yes, but not on Lambda and Workers, whose instances share nothing without AWS_DYNAMODB_TABLE.',
  ),
  MCP_SESSION_MINUTES: number(60, 1, 10_080).describe(
    'Minutes after which a session that nobody used is over.',
  ),
  MCP_MAX_CONTENT_BYTES: number(8 * 1024 * 1024, 1024).describe(
    'The largest file, picture or sound in bytes that a tool hands over.',
  ),
  OAUTH_RESOURCE_IDENTIFIER: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe(
      'The name of this server in tokens, told at `/.well-known/oauth-protected-resource`. Default: the address it is asked by.',
    ),
  OAUTH_AUTHORIZATION_SERVERS: list(httpUrl).describe(
    'Who makes tokens for this server, told there; comma separated. Default: JWT_ISSUER and the Cognito user pool.',
  ),
  OAUTH_SCOPES_SUPPORTED: list().describe(
    'The scopes tokens should have, told there. Default: those that are required.',
  ),
} as const
