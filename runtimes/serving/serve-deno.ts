import type { OpenApp } from '../../app/open-app.ts'
import type { Listening } from './serve-node.ts'
import { isHost, unreadableRequest } from './unreadable-request.ts'

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: object) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

/** Listens with Deno's own server. Throws when the address cannot be had. */
export function serveDeno(app: OpenApp, host: string, port: number): Listening {
  const server = Deno.serve({ hostname: host, port, onListen() {} }, (request, info) => {
    // It puts the header into the address as it is, so that what is none would become a part of the path.
    const host = request.headers.get('host')
    return host && !isHost(host) ? unreadableRequest() : app.fetch(request, { info })
  })
  return { port: server.addr.port, stop: () => server.shutdown() }
}
