import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  type BrowserStage,
  click,
  describeInBrowser,
  FITS,
  stageBrowser,
  textOf,
} from './browser-stage.ts'
import { isDone, LAST } from './last-answer.ts'

const ENV = { STATE_DIR: 'memory', EMBEDDED_TOKENS_PER_SECOND: '40' }

/** Lets a model say this, in so many pieces; everybody else is asked as ever. */
const saying = (text: string, pieces: number) => `{
  globalThis.asked ??= fetch
  const text = ${JSON.stringify(text)}
  const step = Math.ceil(text.length / ${pieces})
  const event = (delta) => new TextEncoder().encode(
    'data: ' + JSON.stringify({ choices: [{ delta }] }) + '\\n\\n')
  const answer = () => {
    let at = 0
    return new Response(new ReadableStream({ async pull(to) {
      await new Promise((resolve) => setTimeout(resolve))
      to.enqueue(event({ content: text.slice(at, at += step) }))
      if (at >= text.length) to.close()
    } }))
  }
  globalThis.fetch = async (url, options) =>
    String(url).includes('chat/completions') ? answer() : asked(url, options)
}`

describeInBrowser('the playground, when things go wrong', () => {
  let stage: BrowserStage
  beforeAll(async () => {
    stage = await stageBrowser(ENV, '/')
  }, 60_000)
  afterAll(() => stage.end())

  const send = async (text: string) => {
    await stage.page.run("document.querySelector('#text').focus()")
    await stage.page.type(text)
    await stage.page.press('Enter')
  }
  const said = async () => {
    await stage.page.run(click('#tabs input[value=body]'))
    const body = JSON.parse(await stage.read<string>(textOf('#inspected code'))) as {
      messages: { role: string }[]
    }
    return body.messages.map(({ role }) => role)
  }
  const attach = (name: string, type: string, text: string) =>
    stage.page.run(`{ const files = new DataTransfer()
      files.items.add(new File([${JSON.stringify(text)}], '${name}', { type: '${type}' }))
      const input = document.querySelector('#file'); input.files = files.files
      input.dispatchEvent(new Event('change')) }`)
  const hear = async (text: string, pieces: number) => {
    await stage.page.run(saying(text, pieces))
    await send('Go on.')
    await stage.page.until(isDone)
  }

  beforeEach(async () => {
    const { page, server } = stage
    await page.goto(`${server.url}/`)
    await page.until("document.querySelector('#key-note').textContent === 'None is needed here.'")
  })

  it('forgets an answer that was on its way when somebody starts over', async () => {
    const { page } = stage
    await send('Tell me of stones.')
    await page.until(`document.querySelector('${LAST} .markdown')`)
    await page.run(click('#clear'))
    await page.run(click('#welcome button'))
    await page.until(isDone)
    expect(await said()).toEqual(['user'])
  })

  it('goes on after what was refused without it', async () => {
    const { page, read } = stage
    await attach('letter.pdf', 'application/pdf', 'This is no PDF.')
    await page.until("document.querySelector('#composer .file')")
    await send('What is this?')
    await page.until(`document.querySelector('${LAST} .notice') && ${isDone}`)
    expect(await read(textOf('.message.user > small'))).toBe('Not sent along with what follows')
    await send('And this?')
    await page.until(`document.querySelectorAll('.message.model').length === 2 && ${isDone}`)
    expect(await read(`document.querySelector('${LAST} .notice')`)).toBe(null)
    expect(await said()).toEqual(['user'])
  })

  it('takes files for what they are, and says which it cannot take', async () => {
    const { page, read } = stage
    await attach('main.ts', 'video/mp2t', 'export const a = 1')
    await page.until("document.querySelector('#composer .file')")
    expect(await read("document.querySelector('#composer .file span').title")).toBe(
      'main.ts, text/plain',
    )
    await attach('nothing.txt', 'text/plain', '')
    await page.until(`${textOf('.refused')} === 'nothing.txt is empty.'`)
    await page.run(`FileReader.prototype.readAsDataURL = function () {
      setTimeout(() => this.onerror(new Event('error'))) }`)
    await attach('folder', '', 'x')
    await page.until(`${textOf('.refused')} === 'folder cannot be read.'`)
    expect(await read("document.querySelectorAll('#composer .file').length")).toBe(1)
  })

  it('offers no model that does not read', async () => {
    const { page, read } = stage
    await page.run("document.querySelector('#model').focus()")
    await page.until("document.querySelectorAll('.options li').length > 3")
    const offered = await read<string[]>(
      "[...document.querySelectorAll('.options b')].map((one) => one.textContent)",
    )
    expect(offered).toContain('embedded-reasoner')
    expect(offered.filter((one) => /transcription|speech|embedding$/.test(one))).toEqual([])
    await page.run(`{ const { fetch: ask } = globalThis
      const models = Array.from({ length: 100 }, (_, at) => ({ id: 'model-' + at, owned_by: 'us',
        provider: 'aws', input_modalities: ['text'], output_modalities: ['text'] }))
      globalThis.fetch = (url, options) => String(url).includes('v1/models')
        ? Promise.resolve(Response.json({ data: models })) : ask(url, options)
      document.querySelector('#key').dispatchEvent(new Event('change')) }`)
    await page.until("document.activeElement.id === 'text'")
    await page.run("document.querySelector('#model').focus()")
    await page.until("document.querySelectorAll('.options [role=option]').length === 80")
    expect(await read(textOf('.options li:last-child'))).toBe('20 more: write some of the name')
  })

  it('copies the whole call, also where pages may not reach the clipboard', async () => {
    const { page, read } = stage
    const file = 'A long letter. '.repeat(80)
    await attach('letter.txt', 'text/plain', file)
    await page.until("document.querySelector('#composer .file')")
    await send('What is it?')
    await page.until(isDone)
    await page.run(`Object.defineProperty(navigator, 'clipboard', { value: undefined })
      document.addEventListener('copy', () => { globalThis.copied = String(getSelection()) })`)
    await page.run(click('#tabs input[value=code]'))
    expect(await read<string>(textOf('.code code'))).toContain('…')
    await page.run(click('.code .copy'))
    await page.until(`${textOf('.code .copy')} === 'Copied'`)
    expect(await read<string>('copied')).toContain(`base64,${btoa(file)}"`)
  })

  it('tells of keys that cannot be and of a server that is away in words', async () => {
    const { page, read } = stage
    await page.run(`{ const key = document.querySelector('#key'); key.value = 'a “pasted” key'
      key.dispatchEvent(new Event('change')) }`)
    await page.until(`${textOf('#key-note')} === 'This key is not known here.'`)
    await send('Hello?')
    await page.until(`document.querySelector('${LAST} .notice')`)
    expect(await read(textOf(`${LAST} .notice`))).toBe('The key has letters that no key can have.')
    await page.run(`{ sessionStorage.clear()
      globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch')) }`)
    await page.until("!document.querySelector('#send').hidden")
    await send('Hello?')
    await page.until(`${textOf(`${LAST} .notice`)} === 'The server cannot be reached.'`)
  })

  it('draws markup as it is meant, and runs nothing', async () => {
    const { read, shoot } = stage
    await hear(
      [
        '<img src=x onerror=alert(1)> [a](javascript:alert(1)) 3 \\* 4 \\*no stress\\*',
        '- one\n- two\n1. first\n2. second',
        `| n | text |\n|---|---|\n| 10 | ${'wide '.repeat(60)} |`,
        '```js\nconst open = 1',
      ].join('\n\n'),
      40,
    )
    const answer = `document.querySelector('${LAST} .markdown')`
    expect(await read(`${answer}.querySelectorAll('img, a, em, script').length`)).toBe(0)
    expect(await read(textOf(`${LAST} .markdown p`))).toContain('3 * 4 *no stress*')
    expect(await read(`[...${answer}.children].map((one) => one.tagName)`)).toEqual([
      'P',
      'UL',
      'OL',
      'DIV',
      'PRE',
    ])
    const [tall, low] = await read<number[]>(
      `[...${answer}.querySelectorAll('tbody td')].map((one) => { const range = new Range()
        range.selectNodeContents(one); return range.getBoundingClientRect().height })`,
    )
    expect(tall).toBeLessThan(30)
    expect(low).toBeGreaterThan(30)
    await shoot('playground-markdown')
    await stage.page.look({ width: 380, height: 844 })
    expect(await read(FITS)).toBe(true)
    await stage.page.look({ width: 1440, height: 900 })
  })

  it('draws thousands of forms in one paragraph while they come', async () => {
    await hear('[a](https://example.com/) '.repeat(4000), 100)
    expect(await stage.read(`document.querySelectorAll('${LAST} a').length`)).toBe(4000)
  })

  it('shows a list that goes ever deeper as deep as anybody would write one', async () => {
    const { read } = stage
    const items = Array.from({ length: 800 }, (_, at) => `${'  '.repeat(at)}- level ${at + 1}`)
    await hear(items.join('\n'), 100)
    expect(await read(`document.querySelectorAll('${LAST} ul').length`)).toBe(12)
    expect(await read<string>(textOf(`${LAST} .markdown`))).toContain('- level 800')
  })

  it('breaks no rule over it', () => {
    expect(stage.page.faults().filter((fault) => !/status of 400/.test(fault))).toEqual([])
  })
})
