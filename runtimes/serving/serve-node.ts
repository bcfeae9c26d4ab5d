import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createAdaptorServer, getRequestListener, RequestError } from '@hono/node-server'
import type { OpenApp } from '../../app/open-app.ts'
import { unreadableRequest } from './unreadable-request.ts'

/** Milliseconds an idle connection is kept; longer than the 60 s of common load balancers. */
const KEEP_ALIVE = 65_000
/** Milliseconds in which a request has to come whole: as long as an upload lives, where Node would cut it after five minutes. */
const WHOLE_REQUEST = 24 * 60 * 60_000
/** Milliseconds between two looks for connections that have become idle. */
const SWEEP = 25
/** Milliseconds in which a connection that has never asked anything may still do so when the server ends. */
const FIRST_WORD = 1000

/** A server at work. */
export interface Listening {
  port: number
  /** Of a second port, for HTTP/2. */
  http2Port?: number
  /** Takes no more connections; resolves when every running answer is out. */
  stop(): Promise<unknown>
  /** Closes every connection, whatever goes on; absent where only the end of the process does. */
  cut?(): void
}

/** Answers what node:http and node:http2 have read; `host` stands for that of callers who name none. */
export const listenerOf = (app: OpenApp, host: string) =>
  getRequestListener(app.fetch, {
    hostname: host,
    errorHandler: (thrown) =>
      thrown instanceof RequestError ? unreadableRequest() : new Response(null, { status: 500 }),
  })

/** Listens with node:http. Rejects when the address cannot be had. */
export async function serveNode(app: OpenApp, host: string, port: number): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    // Every way to read headers then has both of two keys, and neither is good: as on all other runtimes.
    serverOptions: {
      keepAliveTimeout: KEEP_ALIVE,
      requestTimeout: WHOLE_REQUEST,
      joinDuplicateHeaders: true,
    },
  }) as Server
  // It makes the server, which an import of node:http here would make dear, but takes no handler of errors.
  server.removeAllListeners('request').on('request', listenerOf(app, host))
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      // A connection counts as open until it is closed, also when its last answer went out since.
      const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP)
      // Browsers and pools connect before they have anything to ask, which Node does not count as idle.
      const hangingUp = setTimeout(() => {
        for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
      }, FIRST_WORD)
      server.close()
      await once(server, 'close')
      clearInterval(sweeping)
      clearTimeout(hangingUp)
    },
    cut: () => server.closeAllConnections(),
  }
}
