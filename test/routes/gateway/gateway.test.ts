import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createHttp } from '../../../app/http/create-http.ts'
import { ABOUT } from '../../../app/routes/about-us.ts'
import { gatewaySurface } from '../../../app/routes/gateway/index.ts'
import { createHouse } from '../../../app/services.ts'
import { stagedRuntime, voice } from '../../http/stage.ts'

const require = createRequire(import.meta.url)

function open() {
  const { runtime, log } = stagedRuntime({ API_KEY: 'k' })
  const { services } = createHouse(runtime, { providers: [] })
  const app = createHttp(services, () => [
    gatewaySurface(voice('gateway'), () => '{"openapi":"3.1.0"}'),
  ])
  return { get: (path: string, headers?: HeadersInit) => app.request(path, { headers }), log, app }
}

describe('the server about itself', () => {
  it('says who it is and where to go, to people and to programs', async () => {
    const response = await open().get('/')
    expect(await response.json()).toEqual({
      name: 'outcrop',
      version: ABOUT.version,
      description: ABOUT.description,
      links: {
        docs: '/docs',
        openapi: '/openapi.json',
        health: '/health',
        models: '/v1/models',
        chat: '/v1/chat/completions',
        dashboard: '/dashboard',
      },
    })
    expect(response.headers.get('link')).toContain('rel="service-desc"')
  })

  it('says the same of itself as the package', () => {
    const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    expect(ABOUT).toEqual({
      name: JSON.parse(file).name,
      version: JSON.parse(file).version,
      description: JSON.parse(file).description,
    })
  })

  it('shows signs of life without a key, and without filling the log', async () => {
    const { get, log } = open()
    expect(await (await get('/health')).json()).toEqual({
      status: 'healthy',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      version: ABOUT.version,
      services: {},
      checked_at: {},
    })
    expect(await (await get('/ping')).text()).toBe('pong')
    expect(log()).toEqual([])
  })

  it('hands out its document', async () => {
    const response = await open().get('/openapi.json')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ openapi: '3.1.0' })
  })
})

describe('the docs page', () => {
  it('loads nothing from elsewhere and nothing inline', async () => {
    const response = await open().get('/docs')
    const page = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).not.toMatch(/https?:\/\//)
    expect(page).not.toMatch(/<script>|<style|onload=/)
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe-eval')
    for (const [, source] of page.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)) {
      expect((await open().get(`/${source}`)).status, source).toBe(200)
    }
  })

  it.each(['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt'])(
    'serves %s as the package has it, gzipped or not',
    async (name) => {
      const original = readFileSync(require.resolve(`swagger-ui-dist/${name}`))
      const plain = await open().get(`/docs/${name}`)
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(Buffer.from(await plain.arrayBuffer()).equals(original)).toBe(true)
      const gzipped = await open().get(`/docs/${name}`, { 'accept-encoding': 'br, gzip' })
      expect(gzipped.headers.get('content-encoding')).toBe('gzip')
      expect(gzipped.headers.get('vary')).toBe('accept-encoding')
      expect(gunzipSync(Buffer.from(await gzipped.arrayBuffer())).equals(original)).toBe(true)
      expect(gzipped.headers.get('etag')).toBe(plain.headers.get('etag'))
    },
  )

  it.each([
    ['gzip;q=0', null],
    ['*', 'gzip'],
    ['*;q=0.1, gzip;q=0', null],
    ['GZIP;q=0.5', 'gzip'],
    ['identity', null],
  ])('understands accept-encoding: %s', async (accepted, encoding) => {
    const response = await open().get('/docs/swagger-ui.css', { 'accept-encoding': accepted })
    expect(response.headers.get('content-encoding')).toBe(encoding)
  })

  it('answers 304 to whoever holds the version', async () => {
    const { get } = open()
    const etag = (await get('/docs/swagger-ui.css')).headers.get('etag')!
    for (const held of [etag, etag.replace('W/', ''), `"x", ${etag}`, '*']) {
      const response = await get('/docs/swagger-ui.css', { 'if-none-match': held })
      expect([response.status, await response.text()]).toEqual([304, ''])
      expect(response.headers.get('etag')).toBe(etag)
      expect(response.headers.get('x-request-id')).toBeTruthy()
    }
    expect((await get('/docs/swagger-ui.css', { 'if-none-match': '"x"' })).status).toBe(200)
  })

  it.each(['nothing.js', 'constructor', '__proto__'])('has no %s', async (name) => {
    const response = await open().get(`/docs/${name}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ said: 'gateway', code: 'not-found' })
  })
})
