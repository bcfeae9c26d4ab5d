import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeFrame, textFrames } from '../fakes/fake-bedrock-frames.ts'
import { launch, type Platform, type Running } from './platform.ts'
import {
  answer,
  beginStream,
  fail,
  left,
  openScriptedBedrock,
  type ScriptedBedrock,
  sendFrames,
} from './scripted-bedrock.ts'
import { openSse, textOfChunks } from './sse-reader.ts'
import { wireTests } from './wire-suite.ts'

const MEGABYTE = 1024 * 1024
const MODEL = 'amazon.nova-lite-v1:0'
const KEY = 'sk-test'
const hello = { model: MODEL, messages: [{ role: 'user' as const, content: 'Hello' }] }
const [started, first, ...others] = textFrames(['one', ' two', ' three'])

/** What the same app does on every runtime, seen by callers behind a real connection. */
export function runtimeSuite(platform: Platform) {
  describe(`Outcrop on ${platform.name}, before Bedrock`, () => {
    let bedrock: ScriptedBedrock
    let server: Running
    let openai: OpenAI

    beforeAll(async () => {
      bedrock = await openScriptedBedrock()
      server = await launch(platform, {
        ...bedrock.env,
        API_KEY: KEY,
        MAX_BODY_BYTES: String(150 * MEGABYTE),
      })
      openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, maxRetries: 0 })
    }, 30_000)
    afterAll(async () => {
      await server?.end()
      await bedrock?.close()
    })

    const post = (body: unknown, init: RequestInit = {}): [string, RequestInit] => [
      `${server.url}/v1/chat/completions`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
      },
    ]
    const streamed = (init?: RequestInit) => openSse(...post({ ...hello, stream: true }, init))

    it('brings its pages along', async () => {
      const page = await fetch(`${server.url}/`, { headers: { accept: 'text/html' } })
      expect(await page.text()).toContain('src="pages/playground.js"')
      const script = await fetch(`${server.url}/pages/playground.js`)
      expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      expect((await script.text()).length).toBeGreaterThan(10_000)
    })

    it('says at its start where it listens and who answers', () => {
      expect(server.banner).toContain(`Outcrop listens on ${server.url} (${platform.name}).`)
      expect(server.banner).toContain('Amazon Bedrock in us-east-1')
      expect(server.banner).not.toContain(KEY)
    })

    it('answers the OpenAI SDK, whole and streamed', async () => {
      bedrock.script()
      const whole = await openai.chat.completions.create(hello)
      let text = ''
      for await (const chunk of await openai.chat.completions.create({ ...hello, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? ''
      }
      expect({
        whole: whole.choices[0]?.message.content,
        finish: whole.choices[0]?.finish_reason,
        streamed: text,
      }).toEqual({
        whole: 'Hello there.',
        finish: 'stop',
        streamed: 'Hello there.',
      })
    })

    it('lists the models of Bedrock to the OpenAI SDK', async () => {
      bedrock.script()
      const { data } = await openai.models.list()
      expect(data.map(({ id }) => id)).toContain(MODEL)
    })

    it('passes a stream on delta by delta', async () => {
      const gate = Promise.withResolvers<void>()
      bedrock.script(async (response) => {
        beginStream(response)
        sendFrames(response, [started!, first!])
        await gate.promise
        sendFrames(response, others)
        response.end()
      })
      const sse = await streamed()
      const before = await sse.until('one')
      gate.resolve()
      const after = await sse.until()
      expect([textOfChunks(before), textOfChunks(after), after.at(-1)]).toEqual([
        'one',
        ' two three',
        '[DONE]',
      ])
    })

    it('ends a stream that broke off with an error, not with [DONE]', async () => {
      const gate = Promise.withResolvers<void>()
      bedrock.script(async (response) => {
        beginStream(response)
        sendFrames(response, [started!, first!])
        await gate.promise
        response.destroy()
      })
      const sse = await streamed()
      const before = await sse.until('one')
      gate.resolve()
      const after = await sse.until()
      expect(textOfChunks(before)).toBe('one')
      expect(after.length).toBe(1)
      expect(JSON.parse(after[0]!).error).toMatchObject({ type: 'server_error' })
    })

    whenever(platform.tellsLeaving !== 'never')(
      'stops the model when the reader leaves a stream',
      async () => {
        const stopped = Promise.withResolvers<unknown>()
        bedrock.script((response) => {
          stopped.resolve(left(response))
          beginStream(response)
          sendFrames(response, [started!, first!])
          if (platform.tellsLeaving === 'when writing') repeatUntilLeft(response, first!)
        })
        const caller = new AbortController()
        const sse = await streamed({ signal: caller.signal })
        await sse.until('one')
        caller.abort()
        await stopped.promise
      },
    )

    whenever(platform.tellsLeaving === 'at once')(
      'stops the model when the caller of a whole answer leaves',
      async () => {
        const asked = Promise.withResolvers<void>()
        const stopped = Promise.withResolvers<unknown>()
        bedrock.script((response) => {
          stopped.resolve(left(response))
          asked.resolve()
        })
        const caller = new AbortController()
        const answering = fetch(...post(hello, { signal: caller.signal }))
        await asked.promise
        caller.abort()
        await expect(answering).rejects.toThrow()
        await stopped.promise
      },
    )

    for (const megabytes of [5, 100].filter((size) => size <= platform.largestBody)) {
      it(`takes a request of ${megabytes} MB`, async () => {
        let heard = 0
        bedrock.script((response, { bytes }) => {
          heard = bytes
          answer(response, { ...WELL })
        })
        const content = 'x'.repeat(megabytes * MEGABYTE)
        const response = await fetch(...post({ ...hello, messages: [{ role: 'user', content }] }))
        await response.text()
        expect([response.status, heard > megabytes * MEGABYTE]).toEqual([200, true])
      })
    }

    whenever(platform.listens)(
      'refuses what is larger than it takes before it has come',
      async () => {
        const asking = request(`${server.url}/v1/chat/completions`, {
          method: 'POST',
          agent: false,
          headers: { authorization: `Bearer ${KEY}`, 'content-length': String(200 * MEGABYTE) },
        })
        asking.on('error', () => {})
        asking.flushHeaders()
        const [response] = await once(asking, 'response')
        let text = ''
        for await (const chunk of response) text += chunk
        asking.destroy()
        expect([response.statusCode, JSON.parse(text).error.code]).toEqual([
          413,
          'request_too_large',
        ])
      },
    )

    it.each([
      [
        'an unknown route',
        404,
        { code: 'unknown_url' },
        () => fetch(`${server.url}/v1/none`, AUTHORIZED),
      ],
      ['no key', 401, { code: 'invalid_api_key' }, () => fetch(`${server.url}/v1/models`)],
      ['broken JSON', 400, { code: 'invalid_json' }, () => fetch(...post('{"model":'))],
      ['a wrong type', 400, { param: 'messages' }, () => fetch(...post({ ...hello, messages: 1 }))],
    ])('refuses %s in the envelope', async (_, status, error, ask) => {
      const response = await ask()
      expect(response.headers.get('x-request-id')).toBeTruthy()
      expect([response.status, await response.json()]).toMatchObject([
        status,
        { error: { message: expect.any(String), type: expect.any(String), ...error } },
      ])
    })

    it('says what Bedrock refused', async () => {
      bedrock.script((response) => fail(response, 400, 'ValidationException'))
      const response = await fetch(...post(hello))
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { type: 'invalid_request_error' } },
      ])
    })

    wireTests(platform, () => server, KEY)

    whenever(platform.endsWell)(
      'lets a running stream finish after SIGTERM, then ends',
      async () => {
        const gate = Promise.withResolvers<void>()
        bedrock.script(async (response) => {
          beginStream(response)
          sendFrames(response, [started!, first!])
          await gate.promise
          sendFrames(response, others)
          response.end()
        })
        const sse = await streamed()
        await sse.until('one')
        server.signal('SIGTERM')
        await refusal(server.url)
        gate.resolve()
        const after = await sse.until()
        expect([textOfChunks(after), after.at(-1)]).toEqual([' two three', '[DONE]'])
        expect(await server.exited).toBe(0)
        const lines = server.output().trim().split('\n')
        const last = lines.findLast((line) => line.includes('"type":"request"'))
        expect(JSON.parse(last!)).toMatchObject({ stream: true, status_code: 200 })
      },
    )
  })

  embeddedSuite(platform)
}

/** Registers a test where the platform can do what it is about, and none elsewhere. */
const whenever = (able: boolean) => (able ? it : () => {})

const AUTHORIZED = { headers: { authorization: `Bearer ${KEY}` } }

const WELL = {
  output: { message: { role: 'assistant', content: [{ text: 'Read.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
}

function repeatUntilLeft(response: ServerResponse, frame: FakeFrame): void {
  const talking = setInterval(() => sendFrames(response, [frame]), 10)
  response.on('close', () => clearInterval(talking))
}

/** Resolves when nobody answers there any more: workerd still takes connections, but no requests. */
async function refusal(url: string): Promise<void> {
  for (;;) {
    try {
      const probe = { headers: { connection: 'close' }, signal: AbortSignal.timeout(250) }
      await (await fetch(`${url}/health`, probe)).arrayBuffer()
    } catch {
      return
    }
  }
}

function embeddedSuite(platform: Platform) {
  describe(`Outcrop on ${platform.name}, with nothing configured`, () => {
    let server: Running

    beforeAll(async () => {
      server = await launch(platform, { ...platform.unconfigured, EMBEDDED_TOKENS_PER_SECOND: '0' })
      console.info(`${platform.name}: first answer after ${server.firstAnswer.toFixed(0)} ms`)
    }, 30_000)
    afterAll(() => server?.end())

    it('says so, and that only this machine can call', () => {
      expect(server.banner).toContain('embedded')
      expect(server.banner).toContain('only this machine can call')
    })

    it('streams an answer of its own to the OpenAI SDK', async () => {
      const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
      const { data, response } = await openai.chat.completions
        .create({ ...hello, model: 'gpt-anything', stream: true })
        .withResponse()
      let text = ''
      let finish: string | null | undefined
      for await (const { choices } of data) {
        text += choices[0]?.delta.content ?? ''
        finish = choices[0]?.finish_reason ?? finish
      }
      expect([response.headers.get('x-outcrop-provider'), finish]).toEqual(['embedded', 'stop'])
      expect(text).toContain('Hello')
    })

    it.each(['legacy', 'auto'] as const)(
      'is called as a tool by the MCP SDK (%s)',
      async (mode) => {
        const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
        await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
        const prompt = { model: 'embedded-chat', prompt: 'Hello' }
        const heard: string[] = []
        const { content } = await client.callTool(
          { name: 'openai_completion', arguments: prompt },
          { onprogress: ({ message = '' }) => heard.push(message) },
        )
        await client.close()
        expect(content).toEqual([{ type: 'text', text: heard.join('') }])
        expect(heard.join('')).toContain('Hello')
      },
    )
  })
}
