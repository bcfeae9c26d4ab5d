import type { IncomingMessage, ServerResponse } from 'node:http'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { nodeStreamOut } from '../../runtimes/serving/node-stream-out.ts'
import { type Listening, serveNode } from '../../runtimes/serving/serve-node.ts'
import { stagedRuntime } from '../http/stage.ts'
import { chunkOf, completionOf, framesOf } from '../providers/openai/scripted-server.ts'
import {
  bodyOf,
  openScriptedUpstream,
  type ScriptedUpstream,
} from '../runtimes/scripted-upstream.ts'

let upstream: ScriptedUpstream
let server: Listening
let client: OpenAI
let lines: string[]
const asked: { path: string; headers: IncomingMessage['headers']; body: unknown }[] = []

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>
let answer: Answer

beforeAll(async () => {
  upstream = await openScriptedUpstream()
  upstream.script(async (request, response) => {
    if (request.url === '/v1/models') {
      return json(response, { object: 'list', data: [{ id: 'gpt-4o', owned_by: 'system' }] })
    }
    const text = await bodyOf(request)
    asked.push({ path: request.url!, headers: request.headers, body: JSON.parse(text) })
    await answer(response, request)
  })
  const staged = stagedRuntime({
    OPENAI_API_KEY: 'sk-of-the-operator',
    OPENAI_BASE_URL: `${upstream.origin}/v1`,
    STATE_DIR: 'memory',
  })
  lines = staged.lines
  const runtime = {
    ...staged.runtime,
    transport: createUndiciTransport(),
    streamOut: nodeStreamOut,
  }
  server = await serveNode(createApp(runtime), '127.0.0.1', 0)
  client = new OpenAI({
    apiKey: 'sk-of-the-caller',
    baseURL: `http://127.0.0.1:${server.port}/v1`,
    maxRetries: 0,
  })
})
afterAll(async () => {
  await server.stop()
  await upstream.close()
})

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function streamed(response: ServerResponse, frames: string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const frame of frames) response.write(frame)
}

const messages = [{ role: 'user' as const, content: 'Hi' }]

describe('OpenAI’s own client, through us, to OpenAI', () => {
  it('says what it says, and hears what is said', async () => {
    const said = completionOf(
      { content: '{"a": 1}', odd: { a: 1 } },
      { service_tier: 'default', system_fingerprint: 'fp', odd: [2] },
    )
    answer = (response) => json(response, said)
    const body = {
      model: 'gpt-4o',
      messages,
      temperature: 0.5,
      logit_bias: { '50256': -100 },
      user: 'ann',
      seed: 7,
      stop: ['\n'],
      logprobs: true,
      top_logprobs: 2,
      response_format: { type: 'json_object' as const },
      odd_one: 'kept',
    }
    const heard = await client.chat.completions.create(body)
    expect({ ...heard, id: said.id, created: said.created, model: said.model }).toEqual(said)
    expect(asked.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      body,
      headers: { authorization: 'Bearer sk-of-the-operator' },
    })
    expect(asked.at(-1)!.body).toEqual(body)
  })

  it('hears a stream chunk by chunk, as it comes', async () => {
    const chunks = [
      chunkOf({ role: 'assistant', content: '' }),
      chunkOf({ content: 'He', odd: 1 }),
      chunkOf({ content: 'llo' }),
      chunkOf({}, 'stop'),
    ]
    const gates: (() => void)[] = []
    answer = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const frame of framesOf(...chunks)) {
        response.write(frame)
        await new Promise<void>((resolve) => gates.push(resolve))
      }
      response.end('data: [DONE]\n\n')
    }
    const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true })
    const heard: unknown[] = []
    for await (const { id: _, created: __, model: ___, ...rest } of stream) {
      heard.push(rest)
      // Only what has been heard lets the next be said.
      gates.shift()?.()
    }
    expect(heard).toEqual(chunks.map(({ id: _, created: __, model: ___, ...rest }) => rest))
  })

  it('leaves, and OpenAI is left', async () => {
    const left = new Promise<void>((resolve) => {
      answer = (response) => {
        streamed(response, framesOf(chunkOf({ content: 'more ' })))
        response.on('close', resolve)
      }
    })
    const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true })
    for await (const _ of stream) stream.controller.abort()
    await left
  })

  it('is told of a stream that is cut', async () => {
    answer = (response) => {
      streamed(response, framesOf(chunkOf({ content: 'Hel' })))
      setImmediate(() => response.socket!.destroy())
    }
    const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true })
    const heard: string[] = []
    const listen = async () => {
      for await (const { choices } of stream) heard.push(choices[0]?.delta.content ?? '')
    }
    await expect(listen()).rejects.toThrow(/broke off/)
    expect(heard).toEqual(['Hel'])
  })

  it('gets its own errors, and none of ours', async () => {
    answer = (response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '3' })
      response.end('{"error":{"message":"slow","code":"rate_limit_exceeded"}}')
    }
    const limited = client.chat.completions.create({ model: 'gpt-4o', messages })
    await expect(limited).rejects.toSatisfy(
      (error) => error instanceof OpenAI.RateLimitError && error.headers.get('retry-after') === '3',
    )
    answer = (response) => void response.writeHead(401).end('{"error":{"message":"bad key"}}')
    const refused = client.chat.completions.create({ model: 'gpt-4o', messages })
    await expect(refused).rejects.toSatisfy(
      (error) => error instanceof OpenAI.InternalServerError && error.status === 502,
    )
  })

  it('is not sent elsewhere with our key', async () => {
    const elsewhere = await openScriptedUpstream()
    answer = (response) =>
      void response.writeHead(307, { location: `${elsewhere.origin}/v1/chat/completions` }).end()
    const moved = client.chat.completions.create({ model: 'gpt-4o', messages })
    await expect(moved).rejects.toMatchObject({ status: 502 })
    expect(elsewhere.connections).toBe(0)
    await elsewhere.close()
  })

  it('leaves no key in the log', () => {
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.join('\n')).not.toMatch(/sk-of/)
  })
})
