import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import OpenAI, { NotFoundError } from 'openai'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { launch, type Running } from './platform.ts'
import { bun, DENO, deno, node } from './platforms.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'outcrop-runtimes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = promisify(execFile)

// The other two have a SQLite of their own behind `node:sqlite`, so the contract is kept anew there.
it.each([
  ['bun', ['bun', 'test', 'test/stores/state-store.test.ts']],
  [
    'deno',
    // Deno's worker threads lack a method that the runner calls when it has finished.
    [
      ...DENO,
      'node_modules/vitest/vitest.mjs',
      'run',
      '--pool=forks',
      'test/stores/state-store.test.ts',
    ],
  ],
])('the state stores keep their contract on %s', { timeout: 60_000 }, async (_, command) => {
  const [program, ...parameters] = command as [string, ...string[]]
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  const bin = join(root, 'node_modules/.bin', program)
  const { stdout, stderr } = await run(bin, parameters, { cwd: root, env })
  expect(stdout + stderr).toMatch(/\d+ pass/)
})

describe.each([node, bun, deno])('stored chat completions on $name', (platform) => {
  const env = {
    EMBEDDED_TOKENS_PER_SECOND: '0',
    PROVIDER: 'embedded',
    STATE_DIR: join(folder, platform.name),
  }
  let server: Running
  let openai: OpenAI
  const start = async () => {
    server = await launch(platform, env)
    openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
  }
  beforeEach(start, 30_000)
  afterEach(() => server.end())

  const hello = {
    model: 'embedded',
    messages: [{ role: 'user' as const, content: 'Hello' }],
    store: true,
  }

  it('are what the OpenAI SDK makes of them, also after the server was killed', async () => {
    const { completions } = openai.chat
    const whole = await completions.create({ ...hello, metadata: { form: 'whole' } })
    let id = ''
    let text = ''
    const stream = await completions.create({
      ...hello,
      stream: true,
      metadata: { form: 'streamed' },
    })
    for await (const chunk of stream) {
      id = chunk.id
      text += chunk.choices[0]?.delta.content ?? ''
    }
    await server.end()
    await start()

    const again = openai.chat.completions
    expect(await again.retrieve(whole.id)).toEqual(whole)
    expect((await again.retrieve(id)).choices[0]?.message.content).toBe(text)

    const ids: string[] = []
    for await (const one of again.list({ limit: 1 })) ids.push(one.id)
    expect(ids.toSorted()).toEqual([whole.id, id].toSorted())
    const streamed = await again.list({ metadata: { form: 'streamed' }, order: 'desc' })
    expect(streamed.data.map((one) => one.id)).toEqual([id])

    const asked = await again.messages.list(id)
    expect(asked.data).toMatchObject([{ id: `${id}-0`, role: 'user', content: 'Hello' }])

    const labelled = await again.update(id, { metadata: { form: 'seen' } })
    expect(labelled).toMatchObject({ id, metadata: { form: 'seen' } })
    const gone = { id, object: 'chat.completion.deleted', deleted: true }
    expect(await again.delete(id)).toEqual(gone)
    await expect(again.retrieve(id)).rejects.toThrow(NotFoundError)
    await again.delete(whole.id)
    expect((await again.list()).data).toEqual([])
  })
})
