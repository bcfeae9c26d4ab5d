import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openState } from '../../runtimes/stores/open-state.ts'
import {
  type BrowserStage,
  click,
  describeInBrowser,
  FITS,
  stageBrowser,
  textOf,
} from './browser-stage.ts'
import { writeUsage } from './used.ts'

const ADMIN = 'admin-key-0123456789'
const CHECKOUT = 'checkout-key-0123456789'
const KEYS = {
  'checkout-service': { key: CHECKOUT, tenant: 'shop', budget: { month: 100 } },
  'support-bot': {
    key: 'support-key-0123456789',
    tenant: 'care',
    limits: { requests_per_minute: 600 },
  },
}

/** How many bars or lines each chart has, by its title. */
const DRAWN = `Object.fromEntries([...document.querySelectorAll('.chart')].map((chart) => [
  chart.querySelector('h2').textContent,
  [...chart.querySelectorAll('.bar, .line')].reduce((sum, path) => sum + path.getAttribute('d').split(/[ML]/).length - 1, 0),
]))`

const AMOUNTS = `Object.fromEntries([...document.querySelectorAll('.tile')].map((tile) => [
  tile.querySelector('dt').textContent, tile.querySelector('.amount').textContent]))`

const ROWS = `[...document.querySelectorAll('.tables section:first-child tbody tr')].map((row) =>
  row.querySelector('.name').textContent)`

describeInBrowser('the dashboard', () => {
  let stage: BrowserStage
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outcrop-dashboard-'))
    const state = await openState({ STATE_DIR: folder })
    await writeUsage(state, Math.floor(Date.now() / 1000))
    const env = { STATE_DIR: folder, ADMIN_KEY: ADMIN, API_KEYS: JSON.stringify(KEYS) }
    stage = await stageBrowser(env, '/dashboard')
  }, 60_000)
  afterAll(async () => {
    await stage.end()
    await rm(folder, { recursive: true, force: true })
  })

  const submit = async (key: string) => {
    await stage.page.until("document.activeElement?.id === 'key'")
    // What is said next is said of this key.
    await stage.page.run("document.querySelector('#why').textContent = ''")
    await stage.page.type(key)
    await stage.page.press('Enter')
  }
  const settled = () =>
    stage.page.until("document.querySelector('.bar') && !document.querySelector('[aria-busy]')")

  it('asks for the key of an admin, and says what is wrong with another', async () => {
    const { page, read, shoot } = stage
    // Letters that no header can carry.
    await submit('a key “pasted” from a letter')
    await page.until("document.querySelector('#why').textContent.includes('not known')")
    await submit('no key of this server')
    await page.until("document.querySelector('#why').textContent.includes('not known')")
    await submit(CHECKOUT)
    await page.until("document.querySelector('#why').textContent.includes('may not see')")
    await shoot('dashboard-login')
    await submit(ADMIN)
    await settled()
    expect(await read("sessionStorage.getItem('outcrop.admin-key')")).toBe(ADMIN)
    expect(await read('localStorage.length + document.cookie.length')).toBe(0)
  })

  it.each(['hour', 'day', 'week', 'month'])('shows a %s in every chart', async (range) => {
    const { page, read, shoot } = stage
    await page.run(click(`.controls input[value=${range}]`))
    await page.until(`location.search.includes('range=${range}')`)
    await settled()
    const drawn = await read<Record<string, number>>(DRAWN)
    const titles = ['Requests', 'Cost', 'Tokens', 'Errors', 'Latency', 'First token']
    expect(Object.keys(drawn)).toEqual(titles)
    const isSure = (title: string) => title !== 'Errors' || range !== 'hour'
    for (const title of titles.filter(isSure)) expect(drawn[title], title).toBeGreaterThan(5)
    const amounts = await read<Record<string, string>>(AMOUNTS)
    for (const title of titles) expect(amounts[title], title).toMatch(/\d/)
    await shoot(`dashboard-${range}`)
  })

  it('tells models, keys and regions apart', async () => {
    const { page, read } = stage
    await page.run(click('.controls input[value=region]'))
    await page.until(`${ROWS}.includes('us-west-2')`)
    expect(await read(ROWS)).toEqual(['us-east-1', 'us-west-2', 'eu-central-1'])
    await page.run(click('.controls input[value=key]'))
    await page.until(`${ROWS}.includes('support-bot')`)
    expect((await read<string[]>(ROWS)).slice(0, 2)).toEqual(['checkout-service', 'support-bot'])
    await page.run(click('.controls input[value=model]'))
    await page.until(`${ROWS}.includes('amazon.nova-pro-v1:0')`)
  })

  it('shows one alone, and filters by what is pressed', async () => {
    const { page, read } = stage
    const all = await read<string>(textOf('.chart .total'))
    await page.run(click('.legend button:nth-child(2)'))
    await page.until("document.querySelector('.legend [aria-pressed=true]')")
    const one = await read<string>(textOf('.chart .total'))
    expect(number(one)).toBeLessThan(number(all))
    await page.run(click('.legend [aria-pressed=true]'))
    await page.run(click('.tables .name button'))
    await page.until("document.querySelector('.filter')")
    await settled()
    expect(await read<string[]>(ROWS)).toHaveLength(1)
    await page.run(click('.filter'))
    await page.until(`${ROWS}.length > 1`)
  })

  it('is gone through by keys alone', async () => {
    const { page, read, shoot } = stage
    await page.run("document.querySelector('.plot').focus()")
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.press(key)
    expect(await read<string>(textOf('.tip .when'))).toMatch(/\d/)
    expect(await read<string>(textOf('#spoken'))).toMatch(/^Requests, .+ \d/)
    expect(await read("document.querySelectorAll('.cursor[visibility=visible]').length")).toBe(6)
    await shoot('dashboard-tooltip')
    await page.press('Escape')
    expect(await read("document.querySelectorAll('.tip:not([hidden])').length")).toBe(0)
    await page.run("document.querySelector('.controls input:checked').focus()")
    await page.press('ArrowLeft')
    await page.until("location.search.includes('range=week')")
    await settled()
  })

  it('sorts its tables', async () => {
    const { page, read } = stage
    const before = await read<string[]>(ROWS)
    await page.run(click('.tables th:last-child button'))
    expect(await read("document.querySelector('.tables [aria-sort]').textContent")).toBe('Cost')
    const after = await read<string[]>(ROWS)
    expect(after.toSorted()).toEqual(before.toSorted())
  })

  it('leaves the order of its tables and the focus where they are when it draws anew', async () => {
    const { page, read } = stage
    const focused = "document.activeElement.closest('th, td, .legend')?.tagName"
    await page.run("document.querySelector('.tables th:last-child button').focus()")
    await page.press('Enter')
    expect(await read(focused)).toBe('TH')
    const rising = await read<string[]>(ROWS)
    await page.run("document.querySelector('.legend button').focus()")
    for (const pressed of ['true', 'false']) {
      await page.press('Enter')
      expect(await read("document.activeElement.getAttribute('aria-pressed')")).toBe(pressed)
      expect(await read(ROWS)).toEqual(rising)
    }
    await page.run("document.querySelector('.tables .name button').focus()")
    await page.press('Enter')
    await page.until("document.querySelector('.filter')")
    await settled()
    expect(await read(focused)).toBe('TD')
    await page.run("document.querySelector('.filter').focus()")
    await page.press('Enter')
    await page.until(`${ROWS}.length > 1`)
    expect(await read('document.activeElement.type')).toBe('radio')
    expect(await read(ROWS)).toEqual(rising)
  })

  it('puts rows without an amount last, up and down', async () => {
    const { page, read } = stage
    const column = `[...document.querySelectorAll('.tables section:nth-child(2) tbody tr')].map((row) => row.children[5].textContent)`
    for (const direction of ['descending', 'ascending']) {
      await page.run(click('.tables section:nth-child(2) th:nth-child(6) button'))
      expect(
        await read("document.querySelector('.tables section:nth-child(2) [aria-sort]').ariaSort"),
      ).toBe(direction)
      expect((await read<string[]>(column))[0]).toContain('600')
    }
  })

  it('shows who may call, and what is left of limits and budgets', async () => {
    const keys = await stage.read<string[]>(
      "[...document.querySelectorAll('.tables section:nth-child(2) tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))",
    )
    const checkout = keys.find((row) => row.startsWith('checkout-service'))!
    expect(checkout).toMatch(/^checkout-service shop active [\d,]+ \$[\d,.]+ .*\$0 of \$100\.00$/)
    expect(keys.find((row) => row.startsWith('support-bot'))).toContain(' 600 ')
    expect(keys.find((row) => row.startsWith('admin'))).toContain('admin')
    // It used something, and is no key there is now: deleted since, or the holder of a token.
    expect(keys.some((row) => row.startsWith('a-developer') && row.includes('not listed'))).toBe(
      true,
    )
  })

  it('is dark where that is liked, and fits a telephone', async () => {
    const { page, read, shoot } = stage
    const ground = 'getComputedStyle(document.documentElement).backgroundColor'
    const light = await read(ground)
    await page.look({ width: 1440, height: 900, dark: true })
    expect(await read(ground)).not.toBe(light)
    await shoot('dashboard-dark')
    await page.run(click('#theme'))
    expect(await read(ground)).toBe(light)
    await page.run("localStorage.clear(); document.documentElement.dataset.theme = 'auto'")
    for (const width of [1024, 768, 390, 340]) {
      await page.look({ width, height: 844 })
      expect(await read(FITS), String(width)).toBe(true)
    }
    await page.look({ width: 390, height: 844 })
    await shoot('dashboard-narrow')
  })

  it('says what it cannot show', async () => {
    const { page, server } = stage
    await page.goto(`${server.url}/dashboard?model=unheard-of`)
    await page.until("document.querySelector('.chart .empty:not([hidden])')")
    await page.until(`${textOf('td.none')} === 'Nothing was used.'`)
    // A server that is away, as a page that was just opened finds it.
    await page.run(`{ sessionStorage.setItem('outcrop.admin-key', '${ADMIN}')
      globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch')) }`)
    await page.run(click('.controls input[value=week]'))
    await page.until(`${textOf('.notice')}.includes('cannot be reached')`)
    await page.run(click('#leave'))
    await page.goto(`${server.url}/dashboard`)
    await page.until("document.querySelector('.login')")
  })

  it('asks nobody but its server, and breaks no rule', () => {
    const { page, server } = stage
    const elsewhere = page.asked().filter((url) => !url.startsWith(`${server.url}/`))
    expect(elsewhere).toEqual([])
    // Browsers say so of every 401 and 403.
    expect(page.faults().filter((fault) => !/status of 40[13]/.test(fault))).toEqual([])
  })
})

const number = (text: string) => Number(text.replaceAll(/[^\d.]/g, ''))
