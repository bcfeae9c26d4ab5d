import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { http2Duplex } from '../../runtimes/calling/http2-duplex.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(
  answer: (stream: ServerHttp2Stream, headers: object) => void,
): Promise<string> {
  const server = createServer()
  server.on('session', (session) => closing.push(() => session.destroy()))
  server.on('stream', answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const open = (origin: string, signal = new AbortController().signal) =>
  http2Duplex({ method: 'POST', origin, path: '/a?b=c', headers: { 'x-own': 'yes' } }, { signal })
const bytes = (text: string) => new TextEncoder().encode(text)
const words = (some: Uint8Array | undefined) => some && new TextDecoder().decode(some)

describe('an exchange over HTTP/2', () => {
  it('runs in both directions at the same time', async () => {
    let seen: object = {}
    const origin = await serve((stream, headers) => {
      seen = headers
      stream.respond({ ':status': 200, 'x-told': 'so' })
      stream.on('data', (piece) => stream.write(`heard ${piece}`))
      stream.on('end', () => stream.end('over'))
    })
    const exchange = await open(origin)
    const { status, header, body } = await exchange.response
    expect([status, header('x-told')]).toEqual([200, 'so'])
    await exchange.write(bytes('one'))
    expect(words(await body.read())).toBe('heard one')
    await exchange.write(bytes('two'))
    expect(words(await body.read())).toBe('heard two')
    exchange.end()
    expect(words(await body.read())).toBe('over')
    expect(await body.read()).toBeUndefined()
    expect(seen).toMatchObject({ ':method': 'POST', ':path': '/a?b=c', 'x-own': 'yes' })
  })

  it('gives the text of a refusal', async () => {
    const origin = await serve((stream) => {
      stream.respond({ ':status': 400 })
      stream.end('{"Message":"no"}')
    })
    const { status, text } = await (await open(origin)).response
    expect([status, await text()]).toEqual([400, '{"Message":"no"}'])
  })

  it('waits while nobody reads what it writes', async () => {
    const origin = await serve((stream) => {
      stream.respond({ ':status': 200 })
      stream.pause()
    })
    const exchange = await open(origin)
    let written = 0
    const writing = (async () => {
      for (; written < 1000; written += 1) await exchange.write(new Uint8Array(8 * 1024))
    })()
    await expect.poll(() => written).toBeGreaterThan(0)
    const before = written
    await exchange.response
    expect(before).toBeLessThan(1000)
    exchange.cancel()
    await expect(writing).rejects.toMatchObject({ code: 'overloaded' })
  })

  it('is overloaded where nobody listens, or breaks off', async () => {
    await expect((await open('http://127.0.0.1:1')).response).rejects.toMatchObject({
      code: 'overloaded',
    })
    const origin = await serve((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('some')
      stream.session!.destroy()
    })
    const read = async () => {
      const { body } = await (await open(origin)).response
      while (await body.read());
    }
    await expect(read()).rejects.toMatchObject({ code: 'overloaded' })
  })

  it('ends as its signal fires', async () => {
    let isOpen = false
    let isReset = false
    const origin = await serve((stream) => {
      isOpen = true
      stream.on('error', () => {})
      stream.on('close', () => {
        isReset = true
      })
    })
    const controller = new AbortController()
    const exchange = await open(origin, controller.signal)
    await exchange.write(bytes('one'))
    await expect.poll(() => isOpen).toBe(true)
    controller.abort()
    await expect(exchange.response).rejects.toMatchObject({ code: 'caller-left' })
    await expect.poll(() => isReset).toBe(true)
  })
})
