import { connect } from 'node:net'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stage } from './stage.ts'

const MEGABYTE = 1024 * 1024

describe('a body of 60 MB, sent to a real server', () => {
  const { app } = stage()
  let port = 0
  let server: ReturnType<typeof serve>

  beforeAll(async () => {
    port = await new Promise<number>((resolve) => {
      server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
        resolve(info.port),
      )
    })
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const alive = async () => (await fetch(`http://127.0.0.1:${port}/open`)).status

  /** Sends a head and as much of a body as is taken; resolves with the status line that comes back. */
  function upload(head: string, chunk: Uint8Array, chunks: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let answered = false
      socket.on('error', (error) => answered || reject(error))
      socket.once('data', (data) => {
        answered = true
        resolve(data.toString('latin1').split('\r\n')[0]!)
        socket.destroy()
      })
      socket.write(`POST /one/echo HTTP/1.1\r\nhost: test\r\n${head}\r\n\r\n`)
      let sent = 0
      const more = () => {
        while (!answered && sent < chunks) {
          sent++
          if (!socket.write(chunk)) return
        }
      }
      socket.on('drain', more)
      more()
    })
  }

  it('is refused when its length is declared, before any of it has come', async () => {
    const head = `content-length: ${60 * MEGABYTE}`
    expect(await upload(head, new Uint8Array(MEGABYTE), 0)).toBe('HTTP/1.1 413 Payload Too Large')
    expect(await upload(head, new Uint8Array(MEGABYTE), 60)).toBe('HTTP/1.1 413 Payload Too Large')
    expect(await alive()).toBe(200)
  })

  it('is refused as soon as it is too long when its length is not', async () => {
    const chunk = Buffer.concat([
      Buffer.from(`${MEGABYTE.toString(16)}\r\n`),
      Buffer.alloc(MEGABYTE, 32),
      Buffer.from('\r\n'),
    ])
    expect(await upload('transfer-encoding: chunked', chunk, 60)).toBe(
      'HTTP/1.1 413 Payload Too Large',
    )
    expect(await alive()).toBe(200)
  })
})
