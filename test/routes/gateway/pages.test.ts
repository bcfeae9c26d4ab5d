import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createHttp } from '../../../app/http/create-http.ts'
import { gatewaySurface } from '../../../app/routes/gateway/index.ts'
import { createHouse } from '../../../app/services.ts'
import { stagedRuntime, voice } from '../../http/stage.ts'

function open() {
  const { runtime, log } = stagedRuntime({ API_KEY: 'k' })
  const { services } = createHouse(runtime, { providers: [] })
  const app = createHttp(services, () => [gatewaySurface(voice('gateway'), () => '{}')])
  return { get: async (path: string, headers?: HeadersInit) => app.request(path, { headers }), log }
}

const BROWSER =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const HTML = 'text/html; charset=utf-8'

describe('/', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json, text/html;q=0.5', 'application/json'],
    ['text/html;q=0', 'application/json'],
    ['text/*', 'application/json'],
    ['text/html', HTML],
    ['TEXT/HTML, application/json', HTML],
    [BROWSER, HTML],
  ])('for whoever accepts %s is %s', async (accept, type) => {
    const answer = await open().get('/', accept === undefined ? {} : { accept })
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('vary')).toContain('accept')
  })
})

describe.each([
  ['/', 'playground'],
  ['/dashboard', 'dashboard'],
])('the page at %s', (path, name) => {
  const get = async (headers = {}) => open().get(path, { accept: BROWSER, ...headers })

  it('needs no key, runs nothing inline and nothing from elsewhere', async () => {
    const answer = await get()
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(page).not.toMatch(/https?:\/\/|<script(?! type="module" src="pages\/)|<style| on\w+=/)
    expect(page).not.toMatch(/ style=/)
    expect(page).toContain(`src="pages/${name}.js"`)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'/,
      ),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
  })

  it('keeps its policy where the browser holds it already', async () => {
    const first = await get()
    const again = await get({ 'if-none-match': first.headers.get('etag') })
    expect(again.status).toBe(304)
    const policy = 'content-security-policy'
    expect(again.headers.get(policy)).toBe(first.headers.get(policy))
  })

  it('finds all it names, packed and plain', async () => {
    const { get } = open()
    const page = await (await get(path, { accept: BROWSER })).text()
    const named = [...page.matchAll(/(?:src|href)="(pages\/[^"]+)"/g)].map(([, asset]) => asset!)
    expect(new Set(named)).toEqual(
      new Set([`pages/${name}.css`, `pages/${name}.js`, 'pages/icon.svg']),
    )
    for (const asset of named) {
      const plain = await get(`/${asset}`)
      const packed = await get(`/${asset}`, { 'accept-encoding': 'gzip' })
      expect(plain.status, asset).toBe(200)
      expect(packed.headers.get('content-encoding')).toBe('gzip')
      expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(await plain.text())
    }
  })
})

describe('the assets of the pages', () => {
  it.each(['nothing.js', 'dashboard.html', 'constructor', '..%2fdocs'])(
    'have no %s',
    async (name) => {
      expect((await open().get(`/pages/${name}`)).status).toBe(404)
    },
  )

  it('fill no log', async () => {
    const { get, log } = open()
    await get('/dashboard')
    await get('/pages/dashboard.js')
    expect(log()).toEqual([])
  })
})
