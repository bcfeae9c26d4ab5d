import { createRoute } from '@hono/zod-openapi'
import { once } from '../../codecs/once.ts'
import { GatewayError } from '../../errors.ts'
import { reply } from '../../http/answers/reply.ts'
import { bodyText } from '../../http/bodies/body-limit.ts'
import { parsedJson } from '../../http/bodies/json-body.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { refuseForeignPage } from '../../http/entrance/foreign-pages.ts'
import type { InProcess } from '../../http/within.ts'
import { jsonRequest } from '../json-contract.ts'
import { EVENTS_TYPE, JSON_TYPE } from './api-document.ts'
import { authInfoOf, type Door } from './door.ts'
import { hearsProgress, inOnePiece } from './in-one-piece.ts'
import { errorResponses, mcpAnswer, mcpMessages } from './message.ts'
import { type Sdk, serverFactory } from './server.ts'
import { createSessions, type Message, type Sessions } from './sessions.ts'
import type { ToolBook } from './tools.ts'

const SESSION = 'mcp-session-id'

/** What answers messages, once somebody has sent one. */
interface Mcp {
  sdk: Sdk
  /** Answers every message by itself, whatever the revision of the protocol. */
  answerAlone(message: Message): Promise<Response>
  sessions: Sessions
}

interface McpOptions {
  app: InProcess
  book(): ToolBook
}

/** The Streamable HTTP endpoint: what it takes, and the end of sessions. */
export function mcpEndpoints({ app, book }: McpOptions) {
  const load = once(async () => {
    const sdk = await import('@modelcontextprotocol/server')
    return open(sdk, book())
  })
  return [
    endpoint(
      posted,
      async (c) => {
        refuseForeignPage(c)
        const mcp = await load()
        const left = new AbortController()
        const message = await messageOf(c, app, left)
        return passOn(message, await answer(mcp, message), left)
      },
      { readsItself: true },
    ),
    endpoint(deleted, async (c) => {
      refuseForeignPage(c)
      const id = c.req.header(SESSION)
      if (id === undefined) throw new GatewayError('invalid-request', `${SESSION} is missing.`)
      const { sessions } = await load()
      await sessions.end(id, { c, app, left: new AbortController().signal })
      return reply(c, null, { status: 204 })
    }),
  ]
}

const posted = createRoute({
  method: 'post',
  path: '/mcp',
  operationId: 'mcp',
  summary: 'Call the API as MCP tools',
  description:
    'The Model Context Protocol by Streamable HTTP: a message of JSON-RPC in, its answer out, as JSON or as server-sent events. Revisions 2026-07-28 and, with sessions or without, those since 2024-11-05.',
  tags: ['MCP'],
  request: { body: jsonRequest(mcpMessages) },
  responses: {
    200: {
      description: 'The answer, perhaps with progress before it.',
      content: {
        'application/json': { schema: mcpAnswer },
        'text/event-stream': { schema: mcpAnswer },
      },
    },
    202: { description: 'A notification was taken.' },
    ...errorResponses(400, 401, 403, 404, 406, 413, 415, 500, 503),
  },
})

const deleted = createRoute({
  method: 'delete',
  path: '/mcp',
  operationId: 'end_mcp_session',
  summary: 'End an MCP session',
  description: `The header \`${SESSION}\` names it.`,
  tags: ['MCP'],
  responses: {
    204: { description: 'The session is over.' },
    ...errorResponses(400, 401, 403, 404, 500, 503),
  },
})

function open(sdk: Sdk, book: ToolBook): Mcp {
  const factory = serverFactory(sdk, book)
  const alone = sdk.createMcpHandler(factory)
  return {
    sdk,
    answerAlone: ({ request, body, door }) =>
      alone.fetch(request, { parsedBody: body, authInfo: authInfoOf(door) }),
    sessions: createSessions(sdk, factory),
  }
}

interface Answered {
  response: Response
  /** A stream whose end alone counts. */
  isWhole: boolean
}

async function answer(mcp: Mcp, message: Message): Promise<Answered> {
  const { request, body } = message
  if (await mcp.sdk.isLegacyRequest(request, body)) {
    return { response: await answerLegacy(mcp, message), isWhole: !hearsProgress(body) }
  }
  return { response: await mcp.answerAlone(message), isWhole: false }
}

async function answerLegacy(
  { sdk, answerAlone, sessions }: Mcp,
  message: Message,
): Promise<Response> {
  const { request, body, door } = message
  if (!hasSessions(door.c)) return answerAlone(message)
  const id = request.headers.get(SESSION)
  if (id !== null) return sessions.goOn(id, message)
  return [body].flat().some(sdk.isInitializeRequest)
    ? sessions.begin(message)
    : answerAlone(message)
}

function hasSessions(c: HttpContext): boolean {
  const { config, runtime } = c.get('services')
  return config.MCP_SESSIONS ?? (!runtime.transient || config.AWS_DYNAMODB_TABLE !== undefined)
}

/** The request anew, with a signal that means the same on every runtime. */
async function messageOf(c: HttpContext, app: InProcess, left: AbortController): Promise<Message> {
  const { config, runtime } = c.get('services')
  const body = parsedJson(await bodyText(c, config.MAX_BODY_BYTES))
  refuseLongIds(body)
  runtime.onCallerLeft?.(c.env, c.req.raw, () => left.abort())
  const door: Door = { c, app, left: left.signal }
  const { headers } = c.req.raw
  const request = new Request(c.req.url, { method: 'POST', headers, signal: left.signal })
  return { request, body, door }
}

/** Letters of an id: answers bear it, refusals too. */
const LONGEST_ID = 1000

function refuseLongIds(body: unknown): void {
  const ids = [body].flat().map((one) => (one as { id?: unknown } | null | undefined)?.id)
  if (!ids.some((id) => typeof id === 'string' && id.length > LONGEST_ID)) return
  throw new GatewayError(
    'invalid-request',
    `The \`id\` of a message has at most ${LONGEST_ID} letters.`,
  )
}

/** What the SDK answers, as we send answers. */
async function passOn(
  { body: asked, door: { c } }: Message,
  { response, isWhole }: Answered,
  left: AbortController,
): Promise<Response> {
  const { status, body } = response
  const headers = Object.fromEntries(response.headers)
  const { 'content-type': type, connection: _, 'content-length': __, ...others } = headers
  if (!body) return reply(c, null, { status, headers: others })
  if (!type?.startsWith(EVENTS_TYPE)) {
    return reply(c, await response.text(), { status, type, headers: others })
  }
  const leave = () => left.abort()
  if (!isWhole) return reply(c, untilLeft(body, leave, ':\n\n'), { status, type, headers: others })
  const piece = await inOnePiece(body, Array.isArray(asked))
  const sent = typeof piece === 'string' ? piece : untilLeft(piece, leave)
  return reply(c, sent, { status, type: JSON_TYPE, headers: others })
}

/** The same bytes, behind others that are sent at once; `leave` is called when their reader goes before the end. */
function untilLeft(
  body: ReadableStream<Uint8Array>,
  leave: () => void,
  first?: string,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream({
    // Servers hold back the headers until something follows them, which may take as long as the answer.
    start(controller) {
      if (first !== undefined) controller.enqueue(new TextEncoder().encode(first))
    },
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel(reason) {
      leave()
      await reader.cancel(reason)
    },
  })
}
