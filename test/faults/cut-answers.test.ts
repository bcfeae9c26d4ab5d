import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textFrames } from '../fakes/fake-bedrock-frames.ts'
import { launch } from '../runtimes/platform.ts'
import { bun, deno, node } from '../runtimes/platforms.ts'
import {
  beginStream,
  fail,
  openScriptedBedrock,
  type ScriptedBedrock,
  sendFrames,
} from '../runtimes/scripted-bedrock.ts'

let bedrock: ScriptedBedrock
/** Called for each whole answer that AWS is asked for. */
let askedForWhole = () => {}
beforeAll(async () => {
  bedrock = await openScriptedBedrock()
  // Streams say a word and no more, whole answers nothing at all.
  bedrock.script((response, { method, path }) => {
    if (method === 'GET') return fail(response, 403, 'AccessDeniedException')
    if (!path.endsWith('-stream')) return askedForWhole()
    beginStream(response)
    sendFrames(response, textFrames(['one']).slice(0, 2))
  })
})
afterAll(() => bedrock.close())

const MODEL = 'amazon.nova-lite-v1:0'
const messages = [{ role: 'user', content: 'Hello' }]
const message = 'The server is shutting down. Retry the request.'

const OPENAI = { error: { message, type: 'server_error', code: 'overloaded' } }
const ANTHROPIC = { type: 'error', error: { type: 'overloaded_error', message } }

/** How each dialect is asked, what breaks its streams and what ends them well. */
const DIALECTS = [
  {
    path: '/v1/chat/completions',
    body: { messages },
    told: OPENAI,
    broken: OPENAI,
    good: '[DONE]',
    status: 503,
  },
  {
    path: '/v1/messages',
    body: { messages, max_tokens: 9 },
    told: ANTHROPIC,
    broken: ANTHROPIC,
    good: 'message_stop',
    status: 529,
  },
  {
    path: '/v1/responses',
    body: { input: 'Hello' },
    told: OPENAI,
    broken: { type: 'response.failed', response: { error: { code: 'server_error', message } } },
    good: 'response.completed',
    status: 503,
  },
]
const lastData = (text: string) => text.trimEnd().split('\n').at(-1)!.slice('data: '.length)

async function ask(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, ...body }),
  })
  const begun = Promise.withResolvers<void>()
  const read = async () => {
    let text = ''
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      if (text.includes('one')) begun.resolve()
    }
    return { status: response.status, text }
  }
  return { ended: read(), begun: begun.promise }
}

describe.each([node, bun, deno])('$name, when its time after SIGTERM is over', (platform) => {
  const start = (SHUTDOWN_TIMEOUT: string) =>
    launch(platform, { ...bedrock.env, STATE_DIR: 'memory', SHUTDOWN_TIMEOUT })

  it('tells what is still running that it ends, in the dialect of each, and ends with 1', async () => {
    const server = await start('0.3')
    try {
      const streams = await Promise.all(
        DIALECTS.map(({ path, body }) => ask(server.url + path, { ...body, stream: true })),
      )
      await Promise.all(streams.map(({ begun }) => begun))
      const underWay = Promise.withResolvers<void>()
      let count = 0
      askedForWhole = () => {
        if (++count === DIALECTS.length) underWay.resolve()
      }
      const wholes = DIALECTS.map(({ path, body }) =>
        ask(server.url + path, body).then(({ ended }) => ended),
      )
      await underWay.promise
      server.signal('SIGTERM')
      for (const [at, { told, broken, good, status }] of DIALECTS.entries()) {
        const { text } = await streams[at]!.ended
        expect(JSON.parse(lastData(text))).toMatchObject(broken)
        expect(text).not.toContain(good)
        const whole = await wholes[at]!
        expect([whole.status, JSON.parse(whole.text)]).toMatchObject([status, told])
      }
      expect(await server.exited).toBe(1)
      const lines = server.output().trim().split('\n')
      const outcomes = lines
        .filter((line) => line.includes('"type":"request"') && line.includes('"POST"'))
        .map((line) => JSON.parse(line).error_code)
      expect(outcomes).toEqual(Array.from({ length: 6 }, () => 'overloaded'))
    } finally {
      await server.end()
    }
  }, 30_000)

  it('ends with 0 where nothing was running, whoever keeps a connection', async () => {
    const server = await start('5')
    try {
      await (await fetch(`${server.url}/health`)).text()
      server.signal('SIGTERM')
      expect(await server.exited).toBe(0)
    } finally {
      await server.end()
    }
  }, 30_000)
})
