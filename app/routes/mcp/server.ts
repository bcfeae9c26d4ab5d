import type {
  CallToolRequest,
  CallToolResult,
  McpServerFactory,
  Server,
  ServerContext,
  Tool,
} from '@modelcontextprotocol/server'
import { VERSION } from '../../config/version.ts'
import { asGatewayError, type GatewayError } from '../../errors.ts'
import { mayCall } from '../../http/access/permissions.ts'
import { seesAllUsage } from '../../http/access/usage-access.ts'
import type { HttpContext } from '../../http/context.ts'
import { logEvent } from '../../library/event-log.ts'
import { askFor, type Door, doorOf } from './door.ts'
import { contentsOf, listed, RESOURCES } from './resources.ts'
import { toolRequest } from './tool-request.ts'
import { failure, toolResult } from './tool-result.ts'
import type { GatewayTool, ToolBook } from './tools.ts'

export type Sdk = typeof import('@modelcontextprotocol/server')

export const SERVER = { name: 'outcrop', title: 'Outcrop', version: VERSION } as const

const INSTRUCTIONS =
  'An AI gateway. Tools are the operations of its HTTP API, named provider_action: openai_chat_completion, anthropic_message, openai_embedding. Ask outcrop_search_models which models there are and what they can do. Files, stored answers and conversations belong to the caller.'

/** Letters of a name that nobody knows which are told back. */
const LONGEST_NAME = 100

/** Milliseconds the list of tools holds: it changes when the server starts anew. */
const LIST_HOLDS = 5 * 60_000

/** Servers that offer the tools of the book, one for each request or session. */
export function serverFactory(sdk: Sdk, book: ToolBook): McpServerFactory {
  return () => {
    const server = new sdk.Server(SERVER, {
      capabilities: { tools: {}, resources: {} },
      instructions: INSTRUCTIONS,
      cacheHints: { 'tools/list': { ttlMs: LIST_HOLDS, cacheScope: 'private' } },
    })
    server.setRequestHandler('tools/list', (_, ctx) => ({
      tools: book.tools.filter(isFor(doorOf(ctx))).map(toolOf),
    }))
    server.setRequestHandler('tools/call', ({ params }, ctx) => {
      const tool = book.find(params.name)
      if (tool) return call(tool, params, ctx)
      const { InvalidParams } = sdk.ProtocolErrorCode
      const name = params.name.slice(0, LONGEST_NAME)
      throw new sdk.ProtocolError(InvalidParams, `There is no tool named ${name}.`)
    })
    offerResources(server, sdk)
    return server
  }
}

function offerResources(server: Server, sdk: Sdk): void {
  server.setRequestHandler('resources/list', () => ({ resources: RESOURCES.map(listed) }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }, ctx) => {
    const resource = RESOURCES.find((one) => one.uri === uri)
    if (!resource) throw new sdk.ResourceNotFoundError(uri)
    const { c } = doorOf(ctx)
    const response = await askFor(ctx, new Request(new URL(resource.path, c.req.url)))
    const text = await response.text()
    if (response.ok) return contentsOf(uri, text)
    throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InternalError, text)
  })
}

const toolOf = ({ name, title, description, inputSchema, method }: GatewayTool): Tool => ({
  name,
  title,
  description,
  inputSchema: inputSchema as Tool['inputSchema'],
  annotations: {
    title,
    readOnlyHint: method === 'GET',
    destructiveHint: method === 'DELETE',
    idempotentHint: method !== 'POST',
  },
})

/** Whether a tool is worth showing: not where the caller may not call its path anyway. */
function isFor({ c }: Door): (tool: GatewayTool) => boolean {
  const { admin, permissions } = c.get('caller')
  const seesAll = seesAllUsage(c)
  return ({ path }) => {
    if (path.startsWith('/v1/admin/')) return admin === true
    if (path.startsWith('/v1/organization/') && !seesAll) return false
    return mayCall(permissions, [path])
  }
}

/** What fails is told as the result, for the model to read; only a request taken back has none. */
async function call(
  tool: GatewayTool,
  { arguments: args = {} }: CallToolRequest['params'],
  ctx: ServerContext,
): Promise<CallToolResult> {
  const { c, left } = doorOf(ctx)
  const { config } = c.get('services')
  try {
    const request = toolRequest(tool, args, c.req.raw)
    const response = await askFor(ctx, request, progressOf(tool, ctx))
    const { pathname } = new URL(request.url)
    return await toolResult(response, pathname, { mostBytes: config.MCP_MAX_CONTENT_BYTES })
  } catch (thrown) {
    const error = asGatewayError(thrown)
    const isOver = left.aborted || ctx.mcpReq.signal.aborted
    if (error !== thrown && !isOver) logFailure(c, tool, error)
    return failure(error.message)
  }
}

/** What went wrong here, and not in the request that was made, whose line tells of itself. */
function logFailure(c: HttpContext, { name }: GatewayTool, { cause }: GatewayError): void {
  const message = cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause
  const told = { event: 'mcp_tool_failed', id: c.get('requestId'), tool: name, message }
  logEvent(c.get('services'), { level: 'error', ...told })
}

/** Tells the words of an answer as progress, for clients who asked to know. */
function progressOf(
  { talks }: GatewayTool,
  { mcpReq }: ServerContext,
): ((text: string) => void) | undefined {
  const progressToken = mcpReq._meta?.progressToken
  if (!talks || progressToken === undefined) return undefined
  let progress = 0
  return (message) => {
    const params = { progressToken, progress: ++progress, message }
    // Who has left wants to know of nothing any more.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}
