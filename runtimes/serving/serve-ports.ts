import type { OpenApp } from '../../app/open-app.ts'
import { type Listening, serveNode } from './serve-node.ts'

/** Listens with node:http, and on a second port with HTTP/2 where the configuration names one. */
export async function servePorts(app: OpenApp, host: string, port: number): Promise<Listening> {
  const first = await serveNode(app, host, port)
  const { HTTP2_PORT } = app.facts.config
  if (HTTP2_PORT === undefined) return first
  const { serveHttp2 } = await import('./serve-http2.ts')
  const second = await serveHttp2(app, host, HTTP2_PORT).catch((thrown) => {
    first.cut?.()
    void first.stop()
    throw thrown
  })
  return {
    port: first.port,
    http2Port: second.port,
    stop: () => Promise.all([first.stop(), second.stop()]),
    cut() {
      first.cut?.()
      second.cut?.()
    },
  }
}
