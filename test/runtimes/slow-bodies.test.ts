import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodeRequestBody, notWaitingForever } from '../../runtimes/serving/node-request-body.ts'
import { serveNode } from '../../runtimes/serving/serve-node.ts'

const MINUTE = 60_000

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

/** A server that reads a body of nine letters, five of which have come, and never answers. */
async function halfABody() {
  const made = vi.spyOn(http, 'createServer')
  syncBuiltinESMExports()
  const { promise: reading, resolve: read } = Promise.withResolvers<{ text: Promise<string> }>()
  const app = {
    fetch(request: Request) {
      read({ text: request.text() })
      return new Promise<never>(() => {})
    },
  } as unknown as Parameters<typeof serveNode>[0]
  const listening = await serveNode(notWaitingForever(app), '127.0.0.1', 0)
  const connected = once(made.mock.results[0]!.value as http.Server, 'connection')
  const caller = connect(listening.port, '127.0.0.1')
  caller.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nfirst')
  const [socket] = (await connected) as [Socket]
  return { caller, socket, ...(await reading), listening }
}

describe('a body that comes slowly, on Node', () => {
  it('may take as long as an upload lives, while headers may not', async () => {
    const made = vi.spyOn(http, 'createServer')
    syncBuiltinESMExports()
    const app = { fetch: async () => new Response() } as unknown as Parameters<typeof serveNode>[0]
    const listening = await serveNode(app, '127.0.0.1', 0)
    const server = made.mock.results[0]!.value as http.Server
    expect([server.requestTimeout, server.headersTimeout]).toEqual([24 * 60 * MINUTE, MINUTE])
    await listening.stop()
  })

  it('is given up when nothing of it has come for five minutes', async () => {
    const { caller, socket, text, listening } = await halfABody()
    expect(socket.timeout).toBe(5 * MINUTE)
    socket.emit('timeout')
    await expect(text).rejects.toThrow()
    await once(caller, 'close')
    await listening.stop()
  })

  it('is no more waited for once it is whole, however long the answer takes', async () => {
    const { caller, socket, text, listening } = await halfABody()
    caller.write('rest')
    expect(await text).toBe('firstrest')
    expect(socket.timeout).toBe(0)
    caller.destroy()
    listening.cut?.()
    await listening.stop()
  })

  it('is waited for no longer between two pieces of a form', async () => {
    const server = http.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const caller = connect((server.address() as AddressInfo).port, '127.0.0.1')
    caller.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nfirst')
    const [incoming] = (await once(server, 'request')) as [IncomingMessage]
    const { socket } = incoming
    const body = nodeRequestBody({ incoming })
    expect(await body.read()).toEqual(Buffer.from('first'))
    expect(socket.timeout).toBe(0)
    const waiting = body.read()
    expect(socket.timeout).toBe(5 * MINUTE)
    socket.emit('timeout')
    await expect(waiting).rejects.toThrow()
    await once(caller, 'close')
    server.close()
  })
})
