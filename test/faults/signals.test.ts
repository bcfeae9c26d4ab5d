import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

const LANES = 12
const folder = mkdtempSync(join(tmpdir(), 'outcrop-signals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (env: Record<string, string> = {}) =>
  launch(node, {
    PROVIDER: 'embedded',
    EMBEDDED_TOKENS_PER_SECOND: '400',
    STATE_DIR: join(folder, 'state'),
    FILES_DIR: join(folder, 'files'),
    LOG_LEVEL: 'silent',
    ...env,
  })

/** One stream that is to be kept: its id once its end is acknowledged; how its bytes ended else. */
async function ask({
  url,
}: Running): Promise<{ id?: string; ended: 'well' | 'told' | 'cut' | 'refused' }> {
  let text = ''
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'embedded-chat',
        messages: [{ role: 'user', content: 'Tell me of the sea.' }],
        stream: true,
        store: true,
      }),
    })
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) text += piece
  } catch {
    return { ended: text === '' ? 'refused' : 'cut' }
  }
  if (!text.includes('data: [DONE]')) return { ended: text.includes('"error"') ? 'told' : 'cut' }
  return { id: JSON.parse(text.slice('data: '.length, text.indexOf('\n\n'))).id, ended: 'well' }
}

/** Asks on all lanes until the server is gone, which is told to go after `count` answers. */
async function load(server: Running, count: number, signal: 'SIGTERM' | 'SIGKILL') {
  const acknowledged: string[] = []
  const ends: string[] = []
  let going = true
  const lane = async () => {
    while (going) {
      const { id, ended } = await ask(server)
      ends.push(ended)
      if (ended !== 'well') going = false
      if (id === undefined) continue
      // Once: a second signal says not to wait, and the lane that is refused would send it.
      if (acknowledged.push(id) === count) process.kill(server.pid, signal)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { acknowledged, ends, code: await server.exited }
}

const statusesOf = ({ url }: Running, ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const response = await fetch(`${url}/v1/chat/completions/${id}`)
      const body = (await response.json()) as { choices?: { finish_reason: string }[] }
      return body.choices?.[0]?.finish_reason ?? response.status
    }),
  )

it('loses no answer whose end it has told when it is killed under load', async () => {
  const { acknowledged, ends } = await load(await start(), 20, 'SIGKILL')
  const again = await start()
  try {
    expect(await statusesOf(again, acknowledged)).toEqual(acknowledged.map(() => 'stop'))
    expect(ends.filter((ended) => ended === 'well').length).toBe(acknowledged.length)
    const list = await fetch(`${again.url}/v1/chat/completions?limit=100`)
    const { data } = (await list.json()) as { data: { choices: { finish_reason: string }[] }[] }
    expect(data.every(({ choices }) => choices[0]!.finish_reason === 'stop')).toBe(true)
  } finally {
    await again.end()
  }
}, 60_000)

it('finishes what runs when it is told to end under load, and ends well', async () => {
  const { acknowledged, ends, code } = await load(await start(), 20, 'SIGTERM')
  expect(code).toBe(0)
  // Every stream that ran when the signal came has come to its end; what was asked later was not taken.
  expect(new Set(ends)).toEqual(new Set(['well', 'refused']))
  const again = await start()
  try {
    expect(await statusesOf(again, acknowledged)).toEqual(acknowledged.map(() => 'stop'))
  } finally {
    await again.end()
  }
}, 60_000)

interface Kept {
  id: string
  status: string
  error: { code: string; message: string } | null
  output: { content: { text: string }[] }[]
}

/** Begins a response in the background, tells the server to end once it speaks, and gives what another server finds of it. */
async function ended(env: Record<string, string>) {
  const server = await start(env)
  const asked = await fetch(`${server.url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'embedded-chat',
      input: 'Tell me of the sea.',
      background: true,
    }),
  })
  const { id } = (await asked.json()) as Kept
  const following = await fetch(`${server.url}/v1/responses/${id}?stream=true`)
  const reader = following.body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let said = ''; !said.includes('output_text.delta'); ) said += (await reader.read()).value
  await reader.cancel()
  server.signal('SIGTERM')
  const code = await server.exited
  const again = await start()
  try {
    const response = (await (await fetch(`${again.url}/v1/responses/${id}`)).json()) as Kept
    const told = await (await fetch(`${again.url}/v1/responses/${id}?stream=true`)).text()
    return { code, response, last: told.match(/^event: .*$/gm)!.slice(-2) }
  } finally {
    await again.end()
  }
}

it('finishes a response in the background when it is told to end, though nobody waits for it', async () => {
  const { code, response, last } = await ended({ EMBEDDED_TOKENS_PER_SECOND: '50' })
  expect(code).toBe(0)
  expect(response).toMatchObject({ status: 'completed', error: null })
  expect(last.at(-1)).toBe('event: response.completed')
}, 60_000)

it('keeps a response in the background as failed where there is no time to finish it', async () => {
  const { code, response, last } = await ended({
    EMBEDDED_TOKENS_PER_SECOND: '2',
    SHUTDOWN_TIMEOUT: '1',
  })
  expect(code).toBe(1)
  expect(response).toMatchObject({
    status: 'failed',
    error: { code: 'server_error', message: expect.stringContaining('shutting down') },
    output: [{ status: 'incomplete', content: [{ text: expect.stringMatching(/./) }] }],
  })
  expect(last).toEqual(['event: error', 'event: response.failed'])
}, 60_000)

it('does not wait for connections that never asked anything', async () => {
  const server = await start({ SHUTDOWN_TIMEOUT: '20' })
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  socket.destroy()
}, 60_000)
