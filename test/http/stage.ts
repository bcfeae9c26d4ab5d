import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { bytesOfText } from '../../app/codecs/bytes/byte-text.ts'
import type { GatewayError } from '../../app/errors.ts'
import { reply } from '../../app/http/answers/reply.ts'
import type { HttpEnv } from '../../app/http/context.ts'
import { createHttp } from '../../app/http/create-http.ts'
import { endpoint } from '../../app/http/endpoint.ts'
import type { Endpoint, Surface } from '../../app/http/surface.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import type { Sink, StreamOut } from '../../app/ports/stream-out.ts'
import { createHouse } from '../../app/services.ts'

/** A runtime that keeps its log lines and streams as the Web does. */
export function stagedRuntime(env: Record<string, string> = {}) {
  const lines: string[] = []
  const runtime: Runtime = {
    name: 'test',
    env,
    transport: {
      send: () => {
        throw new Error('No test of this layer calls an upstream.')
      },
    },
    streamOut: webStreamOut,
    log: { write: (line) => void lines.push(line) },
  }
  return { runtime, lines, log: () => lines.map((line) => JSON.parse(line)) }
}

const webStreamOut: StreamOut = ({ status, headers, binary, onLeave }, run) => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const sink: Sink = {
        write: (text) => {
          controller.enqueue(binary ? bytesOfText(text) : encoder.encode(text))
          return undefined
        },
        end: () => controller.close(),
        abort: () => controller.error(new Error('aborted')),
      }
      void run(sink)
    },
    cancel: onLeave,
  })
  return new Response(body, { status, headers })
}

/** A voice that can be told from others. */
export const voice = (name: string) => ({
  encodeError: (error: GatewayError, requestId: string) => ({
    said: name,
    code: error.code,
    message: error.message,
    param: error.param,
    reason: error.reason,
    requestId,
  }),
})

const responses = { 200: { description: 'Well.' } }

export const echo = endpoint(
  createRoute({
    method: 'post',
    path: '/one/echo',
    responses,
    request: {
      body: {
        content: {
          'application/json': {
            schema: z.looseObject({ model: z.string(), depth: z.number().optional() }),
          },
        },
      },
    },
  }),
  (c) => reply(c, JSON.stringify(c.req.valid('json'))),
)

/** A small house: two surfaces, one open path, and whatever else a test brings. */
export function stage(env: Record<string, string> = {}, endpoints: Endpoint[] = []) {
  const { runtime, lines, log } = stagedRuntime(env)
  const surfaces: Surface[] = [
    { name: 'one', prefixes: ['/one/'], voice: voice('one'), endpoints: [echo, ...endpoints] },
    {
      name: 'rest',
      prefixes: ['/'],
      voice: voice('rest'),
      endpoints: [
        endpoint(createRoute({ method: 'get', path: '/open', security: [], responses }), (c) =>
          reply(c, '{}'),
        ),
        endpoint(
          createRoute({ method: 'get', path: '/open/{name}', security: [], responses }),
          (c) => reply(c, JSON.stringify({ name: c.req.param('name') })),
        ),
      ],
    },
  ]
  const { services } = createHouse(runtime, { providers: [] })
  const app: OpenAPIHono<HttpEnv> = createHttp(services, () => surfaces)
  return { app, lines, log }
}

export const post = (body: BodyInit, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...headers },
})

/** The same with a body that is sent as it is made. */
export const streamed = (body: ReadableStream, headers: Record<string, string> = {}): RequestInit =>
  Object.assign(post(body, headers), { duplex: 'half' })
