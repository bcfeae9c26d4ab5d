import type { OpenApp } from '../../app/open-app.ts'
import type { Listening } from './serve-node.ts'
import { unreadableRequest } from './unreadable-request.ts'

const SLASH = 47

interface BunServer {
  port: number
  stop(now?: boolean): Promise<void>
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    idleTimeout: number
    maxRequestBodySize: number
    development: boolean
    fetch(request: Request, server: BunServer): Response | Promise<Response>
  }): BunServer
}

/** Listens with Bun's own server. Throws when the address cannot be had. */
export function serveBun(app: OpenApp, host: string, port: number): Listening {
  const server = Bun.serve({
    hostname: host,
    port,
    // Its 10 seconds would cut a stream whose model is thinking.
    idleTimeout: 0,
    // The app answers 413 in the caller's dialect; Bun's own has no body.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    fetch: (request, server) => {
      if (request.url.charCodeAt(0) !== SLASH) return app.fetch(request, { server })
      // It gives the path alone of who names no host, as old load balancers, and of who names none that there could be.
      if (request.headers.get('host')) return unreadableRequest()
      return app.fetch(new Request(`http://localhost${request.url}`, request), { server })
    },
  })
  return {
    port: server.port,
    stop: () => server.stop(),
    cut: () => void server.stop(true),
  }
}
