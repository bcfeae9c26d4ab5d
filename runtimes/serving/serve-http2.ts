import { once } from 'node:events'
import { createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { OpenApp } from '../../app/open-app.ts'
import { type Listening, listenerOf } from './serve-node.ts'

/** Listens with node:http2, without TLS: callers begin in HTTP/2. Rejects when the address cannot be had. */
export async function serveHttp2(app: OpenApp, host: string, port: number): Promise<Listening> {
  const server = createServer(listenerOf(app, host))
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close()
      // A session closes when its last stream has.
      for (const session of sessions) session.close()
      await once(server, 'close')
    },
    cut() {
      for (const session of sessions) session.destroy()
    },
  }
}
