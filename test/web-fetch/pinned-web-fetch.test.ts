import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import { createPinnedWebFetch } from '../../runtimes/calling/pinned-web-fetch.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const here = { allowHttp: true, allowPrivate: true, allowLoopback: true }
const options = { maxBytes: 1000, timeout: 5000, signal: new AbortController().signal }
const toLoopback = async () => ['127.0.0.1']

const failure = async (work: Promise<unknown>) => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(GatewayError)
  const { code, message } = thrown as GatewayError
  return message === 'The URL leads to an address that is not public.' ? 'not public' : code
}

describe('the pinned web fetch', () => {
  it('fetches by the checked address under the name of the URL', async () => {
    const hosts: (string | undefined)[] = []
    const port = await serve((request, response) => {
      hosts.push(request.headers.host)
      response.setHeader('content-type', 'image/png').end('bytes')
    })
    const fetched = await createPinnedWebFetch(here, toLoopback)(
      `http://files.example:${port}/a%20b.png?x=1`,
      options,
    )
    expect(new TextDecoder().decode(fetched.bytes)).toBe('bytes')
    expect(fetched).toMatchObject({ mediaType: 'image/png', name: 'a b.png' })
    expect(hosts).toEqual([`files.example:${port}`])
  })

  it('tries another address of a host that does not answer at the first', async () => {
    const port = await serve((_, response) => response.end('here'))
    const fetch = createPinnedWebFetch(here, async () => ['127.0.0.2', '127.0.0.1'])
    const fetched = await fetch(`http://a.example:${port}/`, options)
    expect(new TextDecoder().decode(fetched.bytes)).toBe('here')
    const nowhere = createPinnedWebFetch(here, async () => ['127.0.0.2', '127.0.0.3'])
    expect(await failure(nowhere(`http://a.example:${port}/`, options))).toBe('invalid-request')
  })

  it('checks each redirect anew', async () => {
    const port = await serve((_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
    })
    const fetching = createPinnedWebFetch(here, toLoopback)(`http://a.example:${port}/`, options)
    expect(await failure(fetching)).toBe('not public')
  })

  it('follows a redirect to a public place and gives up after five', async () => {
    let hops = 0
    const port = await serve((request, response) => {
      hops += 1
      if (request.url === '/once') return response.writeHead(301, { location: '/done' }).end()
      if (request.url === '/done') return response.end('here')
      return response.writeHead(302, { location: '/again' }).end()
    })
    const fetch = createPinnedWebFetch(here, toLoopback)
    const once = await fetch(`http://a.example:${port}/once`, options)
    expect(new TextDecoder().decode(once.bytes)).toBe('here')
    hops = 0
    expect(await failure(fetch(`http://a.example:${port}/`, options))).toBe('invalid-request')
    expect(hops).toBe(6)
  })

  it('refuses a name when any of its addresses is private', async () => {
    const fetch = createPinnedWebFetch({ allowHttp: true, allowPrivate: false }, async () => [
      '93.184.216.34',
      '10.0.0.1',
    ])
    expect(await failure(fetch('http://rebind.example/', options))).toBe('not public')
  })

  it('stops at the size limit, announced or not', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', '5000')
      response.end(Buffer.alloc(5000))
    })
    const fetch = createPinnedWebFetch(here, toLoopback)
    expect(await failure(fetch(`http://a.example:${port}/announced`, options))).toBe('too-large')
    expect(await failure(fetch(`http://a.example:${port}/chunked`, options))).toBe('too-large')
  })

  it('stops at the time limit and when the caller leaves', async () => {
    const port = await serve(() => {})
    const fetch = createPinnedWebFetch(here, toLoopback)
    const slow = fetch(`http://a.example:${port}/`, { ...options, timeout: 30 })
    expect(await failure(slow)).toBe('invalid-request')

    const leaving = new AbortController()
    const left = new GatewayError('caller-left', 'gone')
    const fetching = fetch(`http://a.example:${port}/`, { ...options, signal: leaving.signal })
    leaving.abort(left)
    await expect(fetching).rejects.toBe(left)
  })

  it('unpacks what comes packed though nobody asked for that, up to the size limit', async () => {
    const pack = {
      gzip: gzipSync,
      'x-gzip': gzipSync,
      deflate: deflateSync,
      br: brotliCompressSync,
    }
    const asked: (string | undefined)[] = []
    const port = await serve((request, response) => {
      asked.push(request.headers['accept-encoding'])
      const { pathname, searchParams } = new URL(request.url!, 'http://here')
      const name = pathname.slice(1) as keyof typeof pack
      const packed = pack[name]?.(Buffer.alloc(Number(searchParams.get('size')), 'a'))
      const cut = searchParams.has('cut') ? packed?.subarray(0, -9) : packed
      response.setHeader('content-encoding', name).end(cut ?? 'as it is')
    })
    const fetch = createPinnedWebFetch(here, toLoopback)
    const from = (path: string) => fetch(`http://a.example:${port}/${path}`, options)
    for (const name of Object.keys(pack)) {
      expect(new TextDecoder().decode((await from(`${name}?size=4`)).bytes)).toBe('aaaa')
      expect(await failure(from(`${name}?size=1001`))).toBe('too-large')
      expect(await failure(from(`${name}?size=900&cut=`))).toBe('invalid-request')
    }
    expect(await failure(from('zstd'))).toBe('invalid-request')
    expect(new TextDecoder().decode((await from('identity')).bytes)).toBe('as it is')
    expect(new Set(asked)).toEqual(new Set(['identity']))
  })

  it.each(['stops', 'drips'])('gives a body up that %s', async (way) => {
    const port = await serve((_, response) => {
      response.write('a'.repeat(100))
      if (way === 'stops') return
      const drip = setInterval(() => response.write('a'), 5)
      response.on('close', () => clearInterval(drip))
    })
    const fetch = createPinnedWebFetch(here, toLoopback, 50)
    const slow = fetch(`http://a.example:${port}/`, { ...options, timeout: 30_000 })
    await expect(slow).rejects.toThrow('The URL did not answer in time.')
  })

  it('waits for a body as long as there is more and more of it', async () => {
    const port = await serve((_, response) => {
      let left = 8
      const flow = setInterval(() => {
        response.write('a'.repeat(1024))
        if (--left === 0) response.end(() => clearInterval(flow))
      }, 100)
    })
    const fetch = createPinnedWebFetch(here, toLoopback, 400)
    const fetched = await fetch(`http://a.example:${port}/`, { ...options, maxBytes: 10_000 })
    expect(fetched.bytes.length).toBe(8192)
  })

  it('waits no longer for a name than for a server', async () => {
    const nameless = createPinnedWebFetch(here, () => new Promise(() => {}))
    const slow = nameless('http://a.example/', { ...options, timeout: 30 })
    expect(await failure(slow)).toBe('invalid-request')

    const leaving = new AbortController()
    const left = new GatewayError('caller-left', 'gone')
    const fetching = nameless('http://a.example/', { ...options, signal: leaving.signal })
    leaving.abort(left)
    await expect(fetching).rejects.toBe(left)
  })

  it('says so when the answer is not 200 or nobody answers', async () => {
    const port = await serve((_, response) => response.writeHead(404).end())
    const fetch = createPinnedWebFetch(here, toLoopback)
    expect(await failure(fetch(`http://a.example:${port}/`, options))).toBe('invalid-request')
    expect(await failure(fetch('http://a.example:1/', options))).toBe('invalid-request')
    const nameless = createPinnedWebFetch(here, async () => {
      throw new Error('ENOTFOUND')
    })
    expect(await failure(nameless('http://nowhere.example/', options))).toBe('invalid-request')
  })
})
