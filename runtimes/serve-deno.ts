import type { OpenApp } from '../app/open-app.ts'
import type { Listening } from './serve-node.ts'

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: object) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

/** Listens with Deno's own server. Throws when the address cannot be had. */
export function serveDeno(app: OpenApp, host: string, port: number): Listening {
  const server = Deno.serve({ hostname: host, port, onListen() {} }, (request, info) =>
    app.fetch(request, { info }),
  )
  return { port: server.addr.port, stop: () => server.shutdown() }
}
