import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

const LANES = 12
const folder = mkdtempSync(join(tmpdir(), 'outcrop-signals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = () =>
  launch(node, {
    PROVIDER: 'embedded',
    EMBEDDED_TOKENS_PER_SECOND: '400',
    STATE_DIR: join(folder, 'state'),
    FILES_DIR: join(folder, 'files'),
    LOG_LEVEL: 'silent',
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
