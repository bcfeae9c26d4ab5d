import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type BrowserStage,
  click,
  describeInBrowser,
  FITS,
  stageBrowser,
  textOf,
} from './browser-stage.ts'
import { isDone, LAST } from './last-answer.ts'

const ENV = {
  STATE_DIR: 'memory',
  EMBEDDED_TOKENS_PER_SECOND: '120',
  MODEL_PRICES: JSON.stringify({ 'embedded-reasoner': { input: 3, output: 15 } }),
}

/** Remembers how much of the last answer could be seen, whenever that changed. */
const WATCH = `globalThis.seen = []; new MutationObserver(() => {
  const length = document.querySelector('${LAST} .markdown')?.textContent.length ?? 0
  if (length > (seen.at(-1) ?? 0)) seen.push(length)
}).observe(document.body, { subtree: true, childList: true, characterData: true })`

describeInBrowser('the playground', () => {
  let stage: BrowserStage
  beforeAll(async () => {
    stage = await stageBrowser(ENV, '/')
  }, 60_000)
  afterAll(() => stage.end())

  const choose = (model: string) =>
    stage.page.run(`{ const input = document.querySelector('#model'); input.value = '${model}'
      input.dispatchEvent(new Event('input')); input.blur() }`)
  const tab = (name: string) => stage.page.run(click(`#tabs input[value=${name}]`))
  const send = async (text: string) => {
    await stage.page.run("document.querySelector('#text').focus()")
    await stage.page.type(text)
    await stage.page.press('Enter')
  }

  it('offers the models there are, by keys alone', async () => {
    const { page, read, shoot } = stage
    await page.until("document.querySelector('#key-note').textContent.includes('None is needed')")
    await page.run("document.querySelector('#model').focus()")
    await shoot('playground-models')
    await page.type('reason')
    expect(await read("document.querySelectorAll('.options li').length")).toBe(1)
    await page.run(
      "document.querySelector('#model').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown' }))",
    )
    await page.press('Enter')
    expect(await read("document.querySelector('#model').value")).toBe('embedded-reasoner')
  })

  it('shows an answer delta by delta, with every event', async () => {
    const { page, read, shoot } = stage
    await page.run(WATCH)
    await send('Tell me how **rivers** wear down rocks, and what a `delta` is.')
    await page.until(`document.querySelector('${LAST} .markdown')?.textContent.length > 60`)
    await shoot('playground-mid-stream')
    expect(await read("document.querySelector('#stop').hidden")).toBe(false)
    await page.until(isDone)
    const seen = await read<number[]>('seen')
    expect(seen.length).toBeGreaterThan(5)
    expect(await read(textOf(`${LAST} .markdown strong`))).toBe('rivers')
    expect(await read(textOf(`${LAST} .markdown code`))).toBe('delta')
    expect(await read(`document.querySelector('${LAST} .thought').open`)).toBe(false)
    expect(await read("document.querySelectorAll('.events li').length")).toBeGreaterThan(40)
    expect(await read(textOf('.events li:last-child .data'))).toBe('[DONE]')
  })

  it('tells what it cost, as it was booked', async () => {
    const { page, read, server } = stage
    await page.until(`${textOf('[data-fact=cost] dd')}.startsWith('$')`)
    const fact = (name: string) => read<string>(textOf(`[data-fact=${name}] dd`))
    const [input, output] = [Number(await fact('in')), Number(await fact('out'))]
    const cost = (input * 3 + output * 15) / 1e6
    expect(Number((await fact('cost')).slice(1))).toBeCloseTo(cost, 4)
    const usage = (await (await fetch(`${server.url}/v1/usage`)).json()) as { total: object }
    expect(usage.total).toMatchObject({ input_tokens: input, output_tokens: output })
    expect((usage.total as { cost: number }).cost).toBeCloseTo(cost, 9)
  })

  it('shows headers, body, and the same call as code', async () => {
    const { page, read, shoot } = stage
    await tab('headers')
    expect(await read<string>(textOf('#inspected'))).toContain('x-outcrop-provider')
    expect(await read("document.querySelectorAll('.timings p').length")).toBeGreaterThan(0)
    await shoot('playground-headers')
    await tab('body')
    expect(JSON.parse(await read<string>(textOf('#inspected code')))).toMatchObject({
      model: 'embedded-reasoner',
      stream: true,
    })
    await tab('code')
    const code = async (language: string) => {
      await page.run(click(`.code input[value=${language}]`))
      return read<string>(textOf('.code pre'))
    }
    expect(await code('curl')).toMatch(/^curl -N http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions/)
    expect(await code('python')).toContain('client.chat.completions.create(')
    expect(await code('javascript')).toContain('await client.chat.completions.create({')
  })

  it.each(['messages', 'responses'])('speaks %s, and calls tools for the model', async (name) => {
    const { page, read, shoot } = stage
    await page.run(click(`#dialects input[value=${name}]`))
    await page.run(
      "if (!document.querySelector('#tools').checked) document.querySelector('#tools').click()",
    )
    const before = await read<number>("document.querySelectorAll('.message.model').length")
    await send('Please calculate 20 + 22')
    await page.until(
      `document.querySelectorAll('.message.model').length === ${before + 2} && ${isDone}`,
    )
    expect(await read<string>(textOf('.message:nth-last-child(2) .call .result'))).toBe('→ 42')
    expect(await read<string>(textOf(`${LAST} .markdown`))).toContain('42')
    await page.until(`${textOf('[data-fact=cost] dd')}.startsWith('$')`)
    await shoot(`playground-${name}`)
  })

  it('sends files along', async () => {
    const { page, read, shoot } = stage
    await page.run(`{ const files = new DataTransfer()
      files.items.add(new File(['Basalt, granite'], 'stones with a rather long name.txt', { type: 'text/plain' }))
      const input = document.querySelector('#file'); input.files = files.files
      input.dispatchEvent(new Event('change')) }`)
    await page.until("document.querySelector('#composer .file')")
    await shoot('playground-file')
    await send('What is in the file?')
    await page.until(`document.querySelector('.message.user:nth-last-child(2) .file') && ${isDone}`)
    expect(await read("document.querySelectorAll('#composer .file').length")).toBe(0)
    expect(await read<string>(textOf(`${LAST} .markdown`))).toMatch(/stones|file|document/i)
  })

  it('stops when it is told to', async () => {
    const { page, read } = stage
    await choose('embedded-slow')
    await send('Take your time.')
    await page.until("!document.querySelector('#stop').hidden")
    await page.run(click('#stop'))
    await page.until(isDone)
    expect(await read<string>(textOf(`${LAST} .foot`))).toContain('stopped')
  })

  it('says what went wrong in the words of the server', async () => {
    const { page, read, shoot } = stage
    await choose('embedded-throttled')
    await send('Hello?')
    await page.until(`document.querySelector('${LAST} .notice')`)
    expect(await read<string>(textOf(`${LAST} .notice`))).toMatch(/^429: /)
    await choose('embedded-broken-stream')
    await send('Hello again, at some length, so that there is a middle to break off in.')
    await page.until(`document.querySelector('${LAST} .notice') && ${isDone}`)
    await shoot('playground-errors')
  })

  it('starts over, is dark where that is liked, and fits a telephone', async () => {
    const { page, read, shoot } = stage
    await page.look({ width: 1440, height: 900, dark: true })
    await shoot('playground-dark')
    await page.run(click('#clear'))
    expect(await read("document.querySelectorAll('.message').length")).toBe(0)
    await page.look({ width: 390, height: 844, dark: true })
    await page.goto(`${stage.server.url}/`)
    await page.until("document.querySelector('#key-note').textContent !== ''")
    for (const width of [1024, 768, 390, 340]) {
      await page.look({ width, height: 844 })
      expect(await read(FITS), String(width)).toBe(true)
    }
    await shoot('playground-narrow')
  })

  it('asks nobody but its server, and breaks no rule', () => {
    const { page, server } = stage
    const elsewhere = page.asked().filter((url) => !/^(data|blob):/.test(url))
    expect(elsewhere.filter((url) => !url.startsWith(`${server.url}/`))).toEqual([])
    expect(page.faults().filter((fault) => !/status of 429/.test(fault))).toEqual([])
  })
})

describeInBrowser('the playground of a server with a key', () => {
  let stage: BrowserStage
  beforeAll(async () => {
    stage = await stageBrowser({ ...ENV, API_KEY: 'a-key-of-this-server' }, '/')
  }, 60_000)
  afterAll(() => stage.end())

  it('asks for it, and keeps it in this tab', async () => {
    const { page, read } = stage
    await page.until("document.activeElement?.id === 'key'")
    expect(await read(textOf('#key-note'))).toBe('This server asks for a key.')
    await page.type('a-key-of-this-server')
    await page.press('Tab')
    await page.run("document.querySelector('#key').blur()")
    await page.until("document.querySelector('#key-note').textContent.includes('Kept')")
    expect(await read('localStorage.length')).toBe(0)
    await page.run(click('#welcome button'))
    await page.until(`${isDone} && document.querySelector('${LAST} .markdown')`)
    await page.run(click('#tabs input[value=code]'))
    expect(await read<string>(textOf('.code pre'))).not.toContain('a-key-of-this-server')
  })
})
