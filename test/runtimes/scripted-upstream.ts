import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Script = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export interface ScriptedUpstream {
  origin: string
  /** Connections accepted so far. */
  connections: number
  /** Answers the next requests. */
  script(script: Script): void
  close(): Promise<void>
}

/** An upstream on a free port that does what the test says. */
export async function openScriptedUpstream(): Promise<ScriptedUpstream> {
  let current: Script = (_, response) => void response.end()
  const server = createServer((request, response) => void current(request, response))
  server.on('connection', () => {
    upstream.connections += 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstream: ScriptedUpstream = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    script(script) {
      current = script
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return upstream
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
