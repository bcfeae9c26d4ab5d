import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { createForwarded } from '../../app/http/entrance/forwarded.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import { accessStage } from './access-stage.ts'

const PAGE = 'https://app.example.com'
/** Models that cost: nothing is asked of them here. */
const PAID = { PROVIDER: 'aws', AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }
const preflight = (origin: string, asked = 'authorization, content-type') => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': asked,
  },
})
const from = (origin: string) => ({ headers: { origin } })

describe('pages of other origins', () => {
  it('may not call unless they are invited', async () => {
    const { call } = accessStage({ ...PAID, API_KEY: 'k' })
    for (const options of [from(PAGE), preflight(PAGE)]) {
      const { headers } = await call('/v1/models', { key: 'k', ...options })
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it.each([
    '["https://app.example.com","http://localhost:5173"]',
    'https://app.example.com, http://localhost:5173',
  ])('may call when they are: %s', async (CORS_ALLOW_ORIGINS) => {
    const { call } = accessStage({ API_KEY: 'k', CORS_ALLOW_ORIGINS })
    const before = await call('/v1/chat/completions', preflight(PAGE))
    expect(before.status).toBe(204)
    expect(Object.fromEntries(before.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-max-age': '600',
      vary: 'origin',
    })
    expect(before.headers.has('access-control-allow-credentials')).toBe(false)
    const after = await call('/v1/models', {
      key: 'k',
      headers: { origin: PAGE, authorization: 'Bearer k' },
    })
    expect(after.status).toBe(200)
    expect(after.headers.get('access-control-allow-origin')).toBe(PAGE)
    // A page must be able to read why it was refused.
    const refused = await call('/v1/models', from(PAGE))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE)
  })

  it('stay out when others are invited, and caches are told that it depends', async () => {
    const { call } = accessStage({ API_KEY: 'k', CORS_ALLOW_ORIGINS: PAGE })
    for (const options of [
      from('https://evil.example.com'),
      preflight('https://evil.example.com'),
      {},
    ]) {
      const { headers } = await call('/health', options)
      expect(headers.has('access-control-allow-origin')).toBe(false)
      expect(headers.get('vary')).toBe('origin')
    }
  })

  it('cannot write headers of ours', async () => {
    const { call } = accessStage({ CORS_ALLOW_ORIGINS: '*' })
    const { headers } = await call('/v1/models', preflight(PAGE, 'a: b'))
    expect(headers.has('access-control-allow-headers')).toBe(false)
  })

  it('may call the embedded models, and see nothing of what this machine stores', async () => {
    const { call } = accessStage()
    const body = { model: 'm', store: true, messages: [{ role: 'user', content: 'Hi' }] }
    const own = (await call('/v1/chat/completions', { body })).json.id
    const theirs = await call('/v1/chat/completions', { body, ...from(PAGE) })
    expect(theirs.status).toBe(200)
    expect(theirs.headers.get('access-control-allow-origin')).toBe('*')
    const path = (id: string) => `/v1/chat/completions/${id}`
    expect((await call(path(own))).status).toBe(200)
    expect((await call(path(own), from('http://localhost:3000'))).status).toBe(200)
    expect((await call(path(own), from(PAGE))).status).toBe(404)
    expect((await call(path(theirs.json.id), from(PAGE))).status).toBe(200)
    expect((await call(path(theirs.json.id))).status).toBe(404)
  })

  it('may not call a keyless server whose answers cost', async () => {
    const { call } = accessStage(PAID)
    const { status, json, headers } = await call('/v1/models', from(PAGE))
    expect([status, json.error.code]).toEqual([403, 'foreign_origin'])
    expect(headers.has('access-control-allow-origin')).toBe(false)
  })

  it.each([
    'app.example.com',
    'https://app.example.com/',
    '["https://a.example.com"',
    'https://*.example.com',
  ])('are named by their origin, or the start stops: %s', (CORS_ALLOW_ORIGINS) => {
    expect(() => accessStage({ CORS_ALLOW_ORIGINS })).toThrow('CORS_ALLOW_ORIGINS')
  })
})

describe('the name a server is called by', () => {
  const named = (host: string, path = '/v1/models') => [path, { headers: { host } }] as const

  it('may be held to a list', async () => {
    const { call } = accessStage({
      AUTH: 'none',
      TRUSTED_HOSTS: '["api.example.com", "*.int.example.com", "::1"]',
    })
    for (const host of [
      'api.example.com',
      'API.example.com:8443',
      'api.example.com.',
      'a.b.int.example.com',
      '[::1]:8000',
    ]) {
      expect((await call(...named(host))).status, host).toBe(200)
    }
    for (const host of [
      'example.com',
      'evil.com',
      'api.example.com.evil.com',
      'int.example.com',
      'xint.example.com',
      '10.0.0.1',
      '',
    ]) {
      const { status, json } = await call(...named(host))
      expect([status, json.error.code], host).toEqual([400, 'untrusted_host'])
    }
    expect((await call(...named('10.0.0.1', '/health'))).status).toBe(200)
  })

  it('is that of this machine where there is no key, against DNS rebinding', async () => {
    const { call } = accessStage(PAID)
    const ours = [
      'localhost:8000',
      '127.0.0.1:8000',
      '[::1]:8000',
      'x.localhost',
      'host.docker.internal:8000',
      'gateway',
    ]
    for (const host of ours) expect((await call(...named(host, '/docs'))).status, host).toBe(200)
    const { status, json } = await call(...named('rebound.evil.com'))
    expect([status, json.error.code]).toEqual([403, 'untrusted_host'])
  })

  it('is any where a key is asked for', async () => {
    const { call } = accessStage({ API_KEY: 'k' })
    const headers = { host: 'anything.example.com', 'x-api-key': 'k' }
    expect((await call('/v1/models', { headers })).status).toBe(200)
  })
})

describe('what proxies say', () => {
  const told = (
    peer: string,
    headers: Record<string, string>,
    env: Record<string, string> = {},
  ) => {
    const config = readConfig({ ENABLE_PROXY_HEADERS: 'true', ...env })
    const runtime = { peerAddress: () => peer } as Partial<Runtime> as Runtime
    const forwarded = createForwarded({ config, runtime })
    const all: Record<string, string> = { host: 'inner', ...headers }
    return forwarded({
      env: {},
      req: {
        raw: new Request('http://inner/'),
        url: 'http://inner/',
        header: (name: string) => all[name],
      },
      get: () => ({ runtime }),
    } as never)
  }
  const headers = {
    'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.2.3',
    'x-forwarded-host': 'api.example.com',
    'x-forwarded-proto': 'https',
  }
  const outside = { address: '203.0.113.9', host: 'api.example.com', protocol: 'https' }

  it('is believed of those that are trusted, and of none before them', () => {
    const env = { PROXY_TRUSTED_HOSTS: '10.0.0.0/8, ::1' }
    expect(told('10.9.9.9', headers, env)).toEqual(outside)
    expect(told('::ffff:10.9.9.9', headers, env)).toEqual(outside)
    expect(told('203.0.113.7', headers, env)).toEqual({
      address: '203.0.113.7',
      host: 'inner',
      protocol: 'http',
    })
  })

  it('is believed of nobody unless it is switched on, and then of this machine', () => {
    expect(told('127.0.0.1', headers, { ENABLE_PROXY_HEADERS: 'false' }).host).toBe('inner')
    expect(told('127.0.0.1', headers)).toMatchObject({
      address: '10.1.2.3',
      host: 'api.example.com',
    })
    expect(told('10.9.9.9', headers).host).toBe('inner')
  })

  it.each([
    ['', undefined],
    ['not an address', undefined],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['1.1.1.1, garbage', undefined],
  ])('is left out where it makes no sense: %s', (list, address) => {
    expect(told('127.0.0.1', { 'x-forwarded-for': list }).address).toBe(address ?? '127.0.0.1')
  })

  it('must name proxies that can be', () => {
    expect(() => accessStage({ PROXY_TRUSTED_HOSTS: 'proxy.example.com' })).toThrow(
      'PROXY_TRUSTED_HOSTS',
    )
    expect(() =>
      accessStage({ ENABLE_PROXY_HEADERS: 'true', PROXY_TRUSTED_HOSTS: '10.0.0.0/99' }),
    ).toThrow('PROXY_TRUSTED_HOSTS')
  })
})

describe('security headers', () => {
  it('stand on every answer, refusals included', async () => {
    const { call } = accessStage({ API_KEY: 'k' })
    for (const path of ['/health', '/v1/models', '/nowhere', '/openapi.json']) {
      const { headers } = await call(path, { key: path === '/v1/models' ? 'k' : 'x' })
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('content-security-policy'), path).toBe(
        "default-src 'none'; frame-ancestors 'none'",
      )
    }
    const docs = await call('/docs')
    expect(docs.headers.get('x-frame-options')).toBe('DENY')
    expect(docs.headers.get('referrer-policy')).toBe('no-referrer')
    expect(docs.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('hold browsers to https where that is asked for and true', async () => {
    const { app } = accessStage({ HSTS_SECONDS: '600' })
    const hsts = async (url: string) =>
      (await app.request(url)).headers.get('strict-transport-security')
    expect(await hsts('https://localhost/health')).toBe('max-age=600')
    expect(await hsts('http://localhost/health')).toBeNull()
    expect(
      (await accessStage().app.request('https://localhost/health')).headers.has(
        'strict-transport-security',
      ),
    ).toBe(false)
  })
})
