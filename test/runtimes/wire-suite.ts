import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import type { Platform, Running } from './platform.ts'

/** What a runtime's own server makes of requests that are right but rare, and of some that are wrong. */
export function wireTests(platform: Platform, running: () => Running, key: string): void {
  const authorized = ['authorization', `Bearer ${key}`]

  it('tells with HEAD how long the answer to GET is', async () => {
    const whole = await ask(running().url, 'GET', '/v1/models', authorized)
    const head = await ask(running().url, 'HEAD', '/v1/models', authorized)
    const length = Buffer.byteLength(await text(whole))
    expect([head.statusCode, await text(head)]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(String(length))
  })

  it('answers a GET that brings a body as one that brings none', async () => {
    const response = await ask(running().url, 'GET', '/ping', ['content-length', '3'], 'abc')
    expect([response.statusCode, await text(response)]).toEqual([200, 'pong'])
    expect(response.headers['x-request-id']).toBeTruthy()
  })

  it('takes no key where two are shown', async () => {
    const second = ['authorization', 'Bearer another']
    const response = await ask(running().url, 'GET', '/v1/models', [...authorized, ...second])
    expect([response.statusCode, JSON.parse(await text(response)).error.code]).toEqual([
      401,
      'invalid_api_key',
    ])
  })

  const servesOldProbes = platform.listens && platform.name !== 'workers'
  if (!servesOldProbes) return

  it('answers the probe of an old load balancer, which names no host', async () => {
    expect(await say(running().url, 'GET /ping HTTP/1.0\r\n\r\n')).toMatch(/ 200 OK.*pong$/s)
  })

  it.each(['a b/c', 'a/b', 'a?b', '[::1]@x'])('refuses a host that is none: %s', async (host) => {
    const answer = await say(running().url, `GET /ping HTTP/1.0\r\nhost: ${host}\r\n\r\n`)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.[01] 400 Bad Request/)
    expect(head).toMatch(/\r\nx-request-id: \S+/i)
    expect(JSON.parse(body).error.code).toBe('invalid_url')
  })
}

/** Headers as they are to stand on the wire, one beside the other. */
async function ask(
  url: string,
  method: string,
  path: string,
  [...headers]: string[],
  body?: string,
): Promise<IncomingMessage> {
  const host = ['host', new URL(url).host]
  const asking = request(url + path, { method, agent: false, headers: [...host, ...headers] })
  asking.end(body)
  const [response] = await once(asking, 'response')
  return response
}

/** All that is answered to these bytes until the server closes. */
async function say(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  return text(socket)
}
