import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import type { ObjectStore } from '../../app/ports/object-store.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { nodeBytesOut } from '../../runtimes/serving/node-bytes-out.ts'
import { type Listening, serveNode } from '../../runtimes/serving/serve-node.ts'
import { openS3Server, type S3Server } from '../fakes/s3-server.ts'
import { stagedRuntime } from './stage.ts'

const ENV = { PROVIDER: 'embedded', STATE_DIR: 'memory' }
/** More than sockets hold. */
const SIZE = 16_000_000
/** `bytes()` is not on the Response that Node's server brings. */
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

const ANTHROPIC = { 'anthropic-version': '2023-06-01' }

/** A store that can be made to break off behind some bytes. */
function breakableStore() {
  const objects = createMemoryObjectStore()
  const stand = { breaks: undefined as number | undefined }
  const store: ObjectStore = {
    ...objects,
    async get(key, range) {
      const whole = await objects.get(key, range)
      const { breaks } = stand
      if (!whole || breaks === undefined) return whole
      const bytes = (await bytesOf(new Response(whole))).subarray(0, breaks)
      let isOut = false
      return new ReadableStream({
        pull(controller) {
          if (isOut) controller.error(new Error('the disk is gone'))
          else controller.enqueue(bytes)
          isOut = true
        },
      })
    },
  }
  return Object.assign(stand, { store })
}

async function opened(more: Partial<Runtime> = {}, env: Record<string, string> = {}) {
  const stand = breakableStore()
  const { runtime, log } = stagedRuntime({ ...ENV, ...env })
  const app = createApp({ ...runtime, ...more, openObjects: () => stand.store })
  const form = new FormData()
  form.append('purpose', 'user_data')
  form.append('file', new File([new Uint8Array(SIZE)], 'naïve.bin'))
  const sent = await app.request('/v1/files', { method: 'POST', body: form })
  const { id } = (await sent.json()) as { id: string }
  const path = `/v1/files/${id}/content`
  const download = (headers: Record<string, string> = {}, method = 'GET') =>
    app.request(path, { headers, method })
  const logged = async (lines = 2) => {
    while (log().length < lines) await new Promise((resolve) => setImmediate(resolve))
    return log()[lines - 1]
  }
  return { stand, app, path, id, download, log, logged }
}

describe('a range that a file does not have', () => {
  const range = { range: `bytes=${SIZE}-` }

  it('is refused in the words of the dialect, with the size there is', async () => {
    const { download } = await opened()
    const openai = await download(range)
    expect([openai.status, openai.headers.get('content-range')]).toEqual([416, `bytes */${SIZE}`])
    expect(await openai.json()).toEqual({
      error: {
        message: `The file has ${SIZE} bytes, and none in the range that was asked for.`,
        type: 'invalid_request_error',
        param: 'Range',
        code: 'range_not_satisfiable',
        details: expect.any(String),
      },
    })
    const anthropic = await download({ ...range, ...ANTHROPIC })
    expect([anthropic.status, anthropic.headers.get('content-range')]).toEqual([
      416,
      `bytes */${SIZE}`,
    ])
    expect(await anthropic.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(`${SIZE} bytes`) },
      request_id: anthropic.headers.get('request-id'),
    })
  })
})

describe('a download in the log', () => {
  it('is written when it is out, with the bytes that were sent', async () => {
    const { download, log, logged } = await opened()
    const response = await download()
    expect(log()).toHaveLength(1)
    expect((await bytesOf(response)).length).toBe(SIZE)
    expect(await logged()).toMatchObject({
      status_code: 200,
      outcome: 'answered',
      bytes_sent: SIZE,
    })
    await bytesOf(await download({ range: 'bytes=5-9' }))
    expect(await logged(3)).toMatchObject({ status_code: 206, bytes_sent: 5 })
  })

  it('was broken off by the caller', async () => {
    const { download, logged } = await opened()
    await (await download()).body!.cancel()
    expect(await logged()).toMatchObject({ status_code: 499, outcome: 'caller-left' })
  })

  it('failed, where the store did', async () => {
    const { stand, download, logged } = await opened()
    stand.breaks = 1000
    await expect(bytesOf(await download())).rejects.toThrow('the disk is gone')
    expect(await logged()).toMatchObject({
      level: 'error',
      outcome: 'failed',
      bytes_sent: 1000,
      error_detail: [expect.stringContaining('the disk is gone')],
    })
  })
})

describe('a download from Node’s own server', () => {
  let stage: Awaited<ReturnType<typeof opened>>
  let server: Listening
  beforeAll(async () => {
    stage = await opened({ bytesOut: nodeBytesOut })
    server = await serveNode(stage.app, '127.0.0.1', 0)
  })
  afterAll(async () => {
    server.cut!()
    await server.stop()
  })
  const address = () => `http://127.0.0.1:${server.port}${stage.path}`

  it('is logged with its bytes, with its caller’s leaving, and with its failure', async () => {
    expect((await bytesOf(await fetch(address()))).length).toBe(SIZE)
    expect(await stage.logged(2)).toMatchObject({ outcome: 'answered', bytes_sent: SIZE })

    await new Promise<void>((resolve) => {
      const request = get(address(), (response) => {
        response.once('data', () => {
          request.destroy()
          resolve()
        })
      })
      request.on('error', () => {})
    })
    const left = await stage.logged(3)
    expect(left).toMatchObject({ outcome: 'caller-left', status_code: 499 })
    expect(left.bytes_sent).toBeLessThan(SIZE)

    stage.stand.breaks = 1000
    await expect(fetch(address()).then(bytesOf)).rejects.toThrow()
    expect(await stage.logged(4)).toMatchObject({ outcome: 'failed', bytes_sent: 1000 })
  })
})

describe('a content that is larger than the platform can send', () => {
  let s3: S3Server
  beforeAll(async () => {
    s3 = await openS3Server()
  })
  afterAll(() => s3.close())

  it('is read from the store itself by whoever holds the URL', async () => {
    const { download, logged } = await opened({ largestAnswer: 1_000_000 }, s3.env)
    const response = await download()
    expect([response.status, response.headers.get('cache-control')]).toEqual([
      307,
      'private, no-store',
    ])
    expect(await logged()).toMatchObject({ status_code: 307, outcome: 'answered' })
    const content = await fetch(response.headers.get('location')!)
    expect((await bytesOf(content)).length).toBe(SIZE)
    expect(content.headers.get('content-type')).toBe('application/octet-stream')
    expect(content.headers.get('content-disposition')).toContain("UTF-8''na%C3%AFve.bin")
    expect((await download({}, 'HEAD')).headers.get('content-length')).toBe(String(SIZE))
    // RFC 9110, 14.2: a range is for GET alone.
    for (const range of ['bytes=0-4', `bytes=${SIZE}-`]) {
      const head = await download({ range }, 'HEAD')
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(SIZE)])
    }
  })

  it('comes through the server as far as a range is small enough', async () => {
    const { download } = await opened({ largestAnswer: 1_000_000 }, s3.env)
    const small = await download({ range: 'bytes=0-999999' })
    expect([small.status, (await bytesOf(small)).length]).toEqual([206, 1_000_000])
    expect((await download({ range: 'bytes=0-1000000' })).status).toBe(307)
  })
})
