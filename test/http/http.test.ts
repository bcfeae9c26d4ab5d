import { createRoute, z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import { reply } from '../../app/http/answers/reply.ts'
import { endpoint } from '../../app/http/endpoint.ts'
import { echo, post, stage, streamed } from './stage.ts'

const responses = { 200: { description: 'Well.' } }

/** A route that throws whatever it is given. */
const throwing = (thrown: unknown) =>
  endpoint(createRoute({ method: 'get', path: '/one/throw', responses }), () => {
    throw thrown
  })

describe('the request id', () => {
  it('is made where the caller sent none, and is on every answer', async () => {
    const { app } = stage()
    for (const path of ['/open', '/nowhere', '/one/echo']) {
      const response = await app.request(path)
      expect(response.headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it.each(['abc', 'A-b_c.9', 'x'.repeat(128)])("keeps the caller's own: %s", async (id) => {
    const response = await stage().app.request('/open', { headers: { 'x-request-id': id } })
    expect(response.headers.get('x-request-id')).toBe(id)
  })

  it.each(['', 'a b', 'x'.repeat(129), 'a"b', 'é'])('replaces an invalid one: %j', async (id) => {
    const response = await stage().app.request('/open', { headers: { 'x-request-id': id } })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('the door', () => {
  const locked = { API_KEY: 'sesame-9' }

  it.each([
    [{ authorization: 'Bearer sesame-9' }],
    [{ authorization: 'bearer   sesame-9' }],
    [{ 'x-api-key': 'sesame-9' }],
    [{ authorization: 'AWS4-HMAC-SHA256 whatever', 'x-api-key': 'sesame-9' }],
  ])('lets in %j', async (headers: Record<string, string>) => {
    const response = await stage(locked).app.request('/one/echo', post('{"model":"m"}', headers))
    expect(response.status).toBe(200)
  })

  it.each([
    [{}],
    [{ authorization: 'sesame-9' }],
    [{ authorization: 'Bearer ' }],
    [{ authorization: 'Bearer sesame-8' }],
    [{ authorization: 'Bearer sesame-99' }],
    [{ authorization: 'Bearer sesame' }],
    [{ 'x-api-key': '' }],
    [{ 'x-api-key': 'SESAME-9' }],
  ])('keeps out %j', async (headers: Record<string, string>) => {
    const { app, log } = stage(locked)
    const response = await app.request('/one/echo', post('{"model":"m"}', headers))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="outcrop"')
    expect(await response.json()).toMatchObject({
      said: 'one',
      code: 'authentication',
      reason: 'invalid_api_key',
      requestId: response.headers.get('x-request-id'),
    })
    expect(log()).toMatchObject([
      { level: 'warning', status_code: 401, outcome: 'refused', error_code: 'authentication' },
    ])
  })

  it('does not tell strangers which paths there are', async () => {
    const { app } = stage(locked)
    expect((await app.request('/one/none')).status).toBe(401)
    expect((await app.request('/one/echo', { method: 'DELETE' })).status).toBe(401)
  })

  it('leaves open what a contract opens', async () => {
    const { app } = stage(locked)
    expect((await app.request('/open')).status).toBe(200)
    expect((await app.request('/open/a')).status).toBe(200)
    expect((await app.request('/open?x=1', { method: 'HEAD' })).status).toBe(200)
  })

  it('lets everybody in with AUTH=none, whatever the key', async () => {
    const { app } = stage({ ...locked, AUTH: 'none' })
    expect((await app.request('/one/echo', post('{"model":"m"}'))).status).toBe(200)
  })
})

describe('a server without a key', () => {
  const call = (origin: string, env = {}) =>
    stage(env).app.request('/one/echo', post('{"model":"m"}', { origin }))

  it.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'http://10.0.0.1'])(
    'is not called by a page of %s',
    async (origin) => {
      const response = await call(origin)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ said: 'one', code: 'permission' })
      expect((await call(origin, { AUTH: 'none' })).status).toBe(200)
    },
  )

  it.each(['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8', 'vscode-webview://x'])(
    'is called by %s',
    async (origin) => {
      expect((await call(origin)).status).toBe(200)
    },
  )
})

describe('a JSON body', () => {
  it('reaches the handler as the schema let it through', async () => {
    const response = await stage().app.request('/one/echo', post('{"model":"m","more":[1]}'))
    expect(await response.json()).toEqual({ model: 'm', more: [1] })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'])(
    'is taken whatever it is called: %s',
    async (type) => {
      const request = post('{"model":"m"}', { 'content-type': type })
      expect((await stage().app.request('/one/echo', request)).status).toBe(200)
    },
  )

  it('is taken without a content type', async () => {
    const body = new TextEncoder().encode('{"model":"m"}')
    const response = await stage().app.request('/one/echo', { method: 'POST', body })
    expect(response.status).toBe(200)
  })

  it.each([
    ['', 'The request body is empty. Send a JSON object.'],
    [' \n', 'The request body is empty. Send a JSON object.'],
    ['{"model":"m",}', 'The request body is not valid JSON. It breaks at character 13.'],
    ['{"model":', 'The request body is not valid JSON.'],
    ['{"model": secret in JSON at position 9', 'The request body is not valid JSON.'],
    ['null', 'The request body must be a JSON object, but is null.'],
    ['[1]', 'The request body must be a JSON object, but is an array.'],
    ['"secret"', 'The request body must be a JSON object, but is a string.'],
  ])('is refused when it is %j', async (body, message) => {
    const { app, log, lines } = stage()
    const response = await app.request('/one/echo', post(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ said: 'one', code: 'invalid-request', message })
    expect(log()[0]).toMatchObject({ status_code: 400, error_code: 'invalid-request' })
    expect(lines.join()).not.toContain('secret')
  })

  it('is refused by the path of the field at fault', async () => {
    const response = await stage().app.request('/one/echo', post('{"model":"m","depth":"x"}'))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ param: 'depth', reason: 'invalid_type' })
  })
})

describe('the body limit', () => {
  const small = { MAX_BODY_BYTES: '2048' }
  const body = (bytes: number) => `{"model":"m","pad":"${'x'.repeat(bytes - 22)}"}`

  it('refuses a declared length before reading', async () => {
    const unread = new ReadableStream({
      pull() {
        throw new Error('read')
      },
    })
    const request = streamed(unread, { 'content-length': '2049' })
    const response = await stage(small).app.request('/one/echo', request)
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ said: 'one', code: 'too-large' })
  })

  it('refuses an undeclared one as soon as it is passed', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const request = streamed(endless)
    const response = await stage(small).app.request('/one/echo', request)
    expect(response.status).toBe(413)
    expect(pulled).toBeLessThan(8)
  })

  it('takes a body of just that size, and characters cut by a read', async () => {
    expect(body(2048).length).toBe(2048)
    expect((await stage(small).app.request('/one/echo', post(body(2048)))).status).toBe(200)
    const bytes = new TextEncoder().encode('{"model":"né€😀"}')
    const cut = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const response = await stage(small).app.request('/one/echo', streamed(cut))
    expect(await response.json()).toEqual({ model: 'né€😀' })
  })

  it('calls a body that breaks off a caller who left', async () => {
    const { app, log } = stage()
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('reset'))
      },
    })
    const response = await app.request('/one/echo', streamed(broken))
    expect(response.status).toBe(499)
    expect(log()).toMatchObject([{ status_code: 499, outcome: 'caller-left', level: 'warning' }])
  })
})

describe('what no route answers', () => {
  it('is 404 in the voice of the path', async () => {
    const { app } = stage()
    expect(await (await app.request('/one/none', post('{}'))).json()).toMatchObject({
      said: 'one',
      code: 'not-found',
      message: 'Nothing answers to POST /one/none.',
      reason: 'unknown_url',
    })
    expect(await (await app.request('/none')).json()).toMatchObject({ said: 'rest' })
  })

  it('is 405 with what the path does take', async () => {
    const { app } = stage()
    const response = await app.request('/one/echo', { method: 'PUT' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await response.json()).toMatchObject({
      said: 'one',
      code: 'method-not-allowed',
      message: '/one/echo does not take PUT, only POST.',
    })
    const get = await app.request('/open', { method: 'DELETE' })
    expect(get.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  it('tells the methods to OPTIONS, also without a key', async () => {
    const { app } = stage({ API_KEY: 'k' })
    const response = await app.request('/one/echo', { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect((await app.request('/none', { method: 'OPTIONS' })).status).toBe(404)
  })

  it('answers HEAD as GET without the body', async () => {
    const response = await stage().app.request('/open', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-request-id')).toBeTruthy()
    expect(await response.text()).toBe('')
  })
})

describe('what is thrown', () => {
  it('is told in the voice of the path, with its retry time', async () => {
    const thrown = new GatewayError('rate-limit', 'Slow down.', { retryAfter: 2.2 })
    const response = await stage({}, [throwing(thrown)]).app.request('/one/throw')
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('3')
    expect(await response.json()).toMatchObject({ said: 'one', message: 'Slow down.' })
  })

  // Clients judge by the status alone otherwise: Claude Code tries a wrong key ten times, in silence.
  it.each([
    [new GatewayError('authentication', 'x'), 'false'],
    [new GatewayError('feature-unavailable', 'x'), 'false'],
    [new GatewayError('quota-exceeded', 'x', { lacking: 'budget', retryAfter: 3600 }), 'false'],
    [new GatewayError('quota-exceeded', 'x'), null],
    [new GatewayError('rate-limit', 'x', { lacking: 'requests' }), null],
    [new GatewayError('overloaded', 'x'), null],
    [new GatewayError('upstream', 'x'), null],
    [new GatewayError('upstream', 'x', { final: true }), 'false'],
  ])('%s says whether another try is of use', async (thrown, retry) => {
    const response = await stage({}, [throwing(thrown)]).app.request('/one/throw')
    expect(response.headers.get('x-should-retry')).toBe(retry)
  })

  it.each([
    [new GatewayError('quota-exceeded', 'x'), '1'],
    [new GatewayError('overloaded', 'x', { retryAfter: 4 }), '4'],
    [new GatewayError('overloaded', 'x'), null],
  ])('%s gets the right retry-after', async (thrown, seconds) => {
    const response = await stage({}, [throwing(thrown)]).app.request('/one/throw')
    expect(response.headers.get('retry-after')).toBe(seconds)
  })

  it.each([[new TypeError('a secret of ours')], ['a secret of ours'], [{ secret: 1 }]])(
    'tells nothing internal of %s, but logs it',
    async (thrown: unknown) => {
      const { app, log } = stage({}, [throwing(thrown)])
      const response = await app.request('/one/throw')
      expect(response.status).toBe(500)
      const text = await response.text()
      expect(text).toContain('The request could not be completed. Retry the request.')
      expect(text).not.toContain('secret')
      expect(log()).toMatchObject([{ level: 'error', status_code: 500, outcome: 'failed' }])
      if (thrown instanceof Error) expect(log()[0].error_detail[0]).toContain('a secret of ours')
    },
  )

  it.each([
    [new HTTPException(404, { message: 'gone' }), 404, 'not-found'],
    [new HTTPException(415, { message: 'what is this' }), 400, 'invalid-request'],
    [new HTTPException(500, { message: 'inside' }), 500, 'internal'],
  ])("knows the framework's own %s", async (thrown, status, code) => {
    const response = await stage({}, [throwing(thrown)]).app.request('/one/throw')
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ said: 'one', code })
  })

  it('calls a request nobody can walk through the fault of the caller', async () => {
    const deep = `{"model":"m","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const response = await stage().app.request('/one/echo', post(deep))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ reason: 'nested_too_deeply' })
  })
})

describe('an endpoint', () => {
  it('names the field when a query is not what its schema wants', async () => {
    const query = endpoint(
      createRoute({
        method: 'get',
        path: '/one/query',
        request: { query: z.object({ limit: z.coerce.number().max(10) }) },
        responses,
      }),
      (c) => reply(c, JSON.stringify(c.req.valid('query'))),
    )
    const { app } = stage({}, [query])
    expect(await (await app.request('/one/query?limit=3')).json()).toEqual({ limit: 3 })
    const response = await app.request('/one/query?limit=11')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ said: 'one', param: 'limit' })
  })

  it('gives its contract to the document unchanged', () => {
    expect(echo.contract.path).toBe('/one/echo')
    expect(echo.contract.request?.body?.content['application/json']).toHaveProperty('schema')
  })
})
