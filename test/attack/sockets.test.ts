import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { nodeBytesOut } from '../../runtimes/serving/node-bytes-out.ts'
import { nodeRequestBody } from '../../runtimes/serving/node-request-body.ts'
import { nodeRequestHeader } from '../../runtimes/serving/node-request-header.ts'
import { nodeStreamOut } from '../../runtimes/serving/node-stream-out.ts'
import { type Listening, serveNode } from '../../runtimes/serving/serve-node.ts'
import { operations } from '../fuzz/document.ts'
import { stagedRuntime } from '../http/stage.ts'

const KEY = 'the-key-of-this-test'
let server: Listening
beforeAll(async () => {
  const { runtime } = stagedRuntime({
    API_KEY: KEY,
    PROVIDER: 'embedded',
    FILES_DIR: 'memory',
    STATE_DIR: 'memory',
    EMBEDDED_TOKENS_PER_SECOND: '0',
  })
  const app = createApp({
    ...runtime,
    streamOut: nodeStreamOut,
    bytesOut: nodeBytesOut,
    requestBody: nodeRequestBody,
    requestHeader: nodeRequestHeader,
  })
  server = await serveNode(app, '127.0.0.1', 0)
})
afterAll(async () => {
  server.cut?.()
  await server.stop()
})

/** Everything that is answered to these bytes, until the server closes or says no more for a moment. */
function say(bytes: string, patience = 5000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1')
    let text = ''
    const done = () => {
      socket.destroy()
      resolve(text)
    }
    socket.setEncoding('latin1').setTimeout(patience, done)
    socket.on('data', (data) => {
      text += data
      // One answer, whole by its length, is all there is to wait for.
      const [head = '', body = ''] = text.split('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(head)?.[1]
      if (length !== undefined && body.length >= Number(length) && !bytes.includes('SECOND')) done()
    })
    socket.on('error', done).on('close', done)
    socket.write(bytes, 'latin1')
  })
}

const get = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)

const guarded = operations.filter(
  ({ security, method }) => method === 'GET' && security?.length !== 0,
)
const open = operations.filter(({ security, path }) => security?.length === 0 && path.includes('{'))

/** Ways to write a path that another reader might take for the same, or for one that is open to everybody. */
const disguises = (path: string): string[] => [
  path,
  `/${path}`,
  `${path}/`,
  `/.${path}`,
  `/x/..${path}`,
  path.replace(/^\/v1/, '/V1'),
  path.replaceAll('/', '//'),
  path.replaceAll('/', '/%2e/'),
  path.replace('/', '/%2f'),
  `${path}%00`,
  `${path};x=/docs/`,
  `${path}?/docs/`,
  `${path}#/docs/`,
  `http://x${path}`,
  ...open.flatMap((one) => {
    const folder = one.path.split('{')[0]!
    return [
      `${folder}..${path}`,
      `${folder}..%2f..${path}`,
      `${folder}%2e%2e${path}`,
      `${folder}..;${path}`,
    ]
  }),
]

describe('a server without the key', () => {
  it('gives nothing away, however a path is written', async () => {
    const paths = guarded.map(({ path }) => path.replace(/\{[^}]+\}/g, 'x'))
    const targets = paths.flatMap(disguises)
    const given: string[] = []
    const ask = async (target: string) => {
      const status = statusOf(await say(get(target)))
      if (status < 400) given.push(`${target}: ${status}`)
    }
    for (let at = 0; at < targets.length; at += 50) {
      await Promise.all(targets.slice(at, at + 50).map(ask))
    }
    expect(targets.length).toBeGreaterThan(500)
    expect(given).toEqual([])
  })
})

const POST = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n'
const SMUGGLED = 'GET /SECOND HTTP/1.1\r\nhost: x\r\n\r\n'

describe('bytes that are no good HTTP', () => {
  it.each([
    [
      'two lengths',
      `${POST}content-length: 0\r\ncontent-length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    ],
    [
      'a length beside chunks',
      `${POST}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    ['chunks by another name', `${POST}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['a blank before the colon', `${POST}content-length : 0\r\n\r\n${SMUGGLED}`],
    ['a line feed alone in a header', `${POST}x: y\ncontent-length: 0\r\n\r\n${SMUGGLED}`],
    ['a NUL in a header', `${POST}x: \0\r\n\r\n${SMUGGLED}`],
    ['a length that is no number', `${POST}content-length: +1\r\n\r\n${SMUGGLED}`],
    ['no such method', `BREW / HTTP/1.1\r\nhost: x\r\n\r\n${SMUGGLED}`],
    ['a target with a line end', `GET /\r\n\r\n HTTP/1.1\r\nhost: x\r\n\r\n${SMUGGLED}`],
  ])('%s: answered once, and nothing behind it is heard', async (_, bytes) => {
    const answer = await say(bytes)
    expect(answer.match(/^HTTP\/1\.1 /gm) ?? []).toHaveLength(1)
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
    expect(answer).not.toContain('/SECOND')
  })

  it.each([
    [
      'many headers',
      get('/health', Array.from({ length: 3000 }, (_, at) => `x${at}: y\r\n`).join('')),
    ],
    ['a long header', get('/health', `x: ${'y'.repeat(40_000)}\r\n`)],
    ['a long path', get(`/${'x'.repeat(40_000)}`)],
  ])('%s are refused', async (_, bytes) => {
    expect(statusOf(await say(bytes))).toBe(431)
  })

  it('leave others alone: a body that never comes holds up nobody', async () => {
    const held = Array.from({ length: 50 }, () =>
      say(`${POST}authorization: Bearer ${KEY}\r\ncontent-length: 100\r\n\r\n{`, 300),
    )
    expect(statusOf(await say(get('/health')))).toBe(200)
    await Promise.all(held)
  })
})
