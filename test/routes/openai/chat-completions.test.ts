import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../app/errors.ts'
import { ANSWER_HEADERS } from '../../../app/http/answers/security-headers.ts'
import type { ChatModel } from '../../../app/ports/models.ts'
import { greeter, greeting, stageApp } from './stage.ts'

const hello = { model: 'greeter', messages: [{ role: 'user', content: 'Hi' }] }

const open = (chat: ChatModel = greeter().chat, env: Record<string, string> = {}) =>
  stageApp(chat, env)

const events = (text: string) =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice(6)))

describe('POST /v1/chat/completions', () => {
  it('answers whole', async () => {
    const { ask, log } = open()
    const response = await ask(hello, { 'x-request-id': 'mine' })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      ...ANSWER_HEADERS,
      'content-type': 'application/json',
      'openai-version': '2020-10-01',
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
      'server-timing': expect.stringMatching(/^gateway;dur=\d+\.\d, upstream;dur=\d+\.\d$/),
      'x-request-id': 'mine',
      'x-outcrop-provider': 'staged',
      'x-outcrop-region': 'eu-west-3',
      'x-outcrop-attempts': '2',
      'x-outcrop-ignored-params': 'seed',
      'x-bedrock-model': 'staged-model-v1',
      'x-token-usage-input': '9',
      'x-token-usage-output': '3',
    })
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'greeter',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello you.' },
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 3,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 2 },
      },
    })
    expect(log()).toMatchObject([
      {
        id: 'mine',
        path: '/v1/chat/completions',
        model_id: 'greeter',
        served_model_id: 'staged-model-v1',
        provider: 'staged',
        region: 'eu-west-3',
        usage: { input_tokens: 9, output_tokens: 3 },
        stream: false,
      },
    ])
  })

  it('answers as a stream that ends with [DONE]', async () => {
    const { ask } = open()
    const response = await ask({ ...hello, stream: true, stream_options: { include_usage: true } })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('x-outcrop-provider')).toBe('staged')
    const text = await response.text()
    const chunks = events(text)
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
    const said = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
    expect(said).toBe('Hello you.')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 12 } })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('hands the request id and the conversation on', async () => {
    const { asked, chat } = greeter()
    await open(chat).ask({ ...hello, user: 'u' }, { 'x-request-id': 'mine' })
    expect(asked).toMatchObject([
      {
        call: { requestId: 'mine' },
        conversation: {
          model: 'greeter',
          user: 'u',
          turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
        },
      },
    ])
  })

  it('answers an error as an HTTP error as long as nothing was streamed', async () => {
    const chat: ChatModel = {
      ...greeter().chat,
      stream: async () => {
        throw new GatewayError('rate-limit', 'Too fast.', { retryAfter: 7 })
      },
    }
    const response = await open(chat).ask({ ...hello, stream: true })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toMatchObject({
      error: { message: 'Too fast.', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    })
  })

  it('ends a stream that broke off with an error and without [DONE]', async () => {
    const { ask, log } = open(greeter(greeting.slice(0, 2)).chat)
    const text = await (await ask({ ...hello, stream: true })).text()
    expect(events(text).at(-1)).toMatchObject({ error: { type: 'server_error' } })
    expect(text).not.toContain('[DONE]')
    expect(log()).toMatchObject([{ outcome: 'failed', usage: { estimated: true } }])
  })

  it('tells nothing internal when a model throws something unforeseen', async () => {
    const chat: ChatModel = {
      ...greeter().chat,
      reply: async () => {
        throw new TypeError('arn:aws:secret is undefined')
      },
    }
    const { ask, log } = open(chat)
    const response = await ask(hello)
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({
      error: {
        message: 'The request could not be completed. Retry the request.',
        type: 'server_error',
        param: null,
        code: 'internal_error',
        details: 'Please try again later',
      },
    })
    expect(log()[0].error_detail[0]).toContain('arn:aws:secret is undefined')
  })

  it('writes neither prompts nor keys into its log', async () => {
    const { ask, lines } = open(greeter().chat, { API_KEY: 'canary-key', LOG_LEVEL: 'debug' })
    const prompt = { model: 'greeter', messages: [{ role: 'user', content: 'canary-prompt' }] }
    const good = { authorization: 'Bearer canary-key' }
    expect((await ask(prompt, good)).status).toBe(200)
    expect((await ask({ ...prompt, n: 'canary-prompt' }, good)).status).toBe(400)
    expect((await ask(`{"messages": canary-prompt`, good)).status).toBe(400)
    expect((await ask(prompt, { 'x-api-key': 'canary-other' })).status).toBe(401)
    expect((await ask({ ...prompt, stream: true }, good)).status).toBe(200)
    expect(lines.join('\n')).not.toContain('canary')
  })
})

const message = (content: unknown) => ({
  model: 'greeter',
  messages: [{ role: 'user', content }],
})

describe('bad input is refused by name', () => {
  it.each<[string, unknown, string | null]>([
    ['no model', { messages: hello.messages }, 'model'],
    ['no messages', { model: 'greeter' }, 'messages'],
    ['no message', { model: 'greeter', messages: [] }, 'messages'],
    ['a wrong type', { ...hello, temperature: 'hot' }, 'temperature'],
    ['a range', { ...hello, temperature: 3 }, 'temperature'],
    ['an unknown role', { model: 'greeter', messages: [{ role: 'boss' }] }, 'messages[0].role'],
    ['a wrong content', message(7), 'messages[0].content'],
    ['an unknown part', message([{ type: 'smell' }]), 'messages[0].content[0].type'],
    [
      'a bad data URL',
      message([{ type: 'image_url', image_url: { url: 'data:image/png;base64,@@@' } }]),
      'messages[0].content[0].image_url.url',
    ],
    [
      'a tool result that answers no call',
      { model: 'greeter', messages: [{ role: 'tool', tool_call_id: 5, content: 'x' }] },
      'messages[0].tool_call_id',
    ],
    ['an array', [hello], null],
    ['broken JSON', '{"model":', null],
    ['nothing', '', null],
  ])('%s', async (_, body, param) => {
    const { ask } = open()
    const response = await ask(body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(error).toMatchObject({
      type: 'invalid_request_error',
      param,
      message: expect.any(String),
    })
  })

  it('a model nobody has', async () => {
    const response = await open().ask({ ...hello, model: 'nobody' })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    })
  })

  it('a model that cannot chat', async () => {
    const response = await open().ask({ ...hello, model: 'painter' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'model' } })
  })

  it('a body over the limit', async () => {
    const { ask } = open(undefined, { MAX_BODY_BYTES: '1024' })
    const response = await ask(message('x'.repeat(2000)))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  it('a missing key', async () => {
    const response = await open(undefined, { API_KEY: 'k' }).ask(hello)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="outcrop"')
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
  })

  it('a wrong key, in words by which LiteLLM tells it from a wrong request', async () => {
    const { app } = open(undefined, { API_KEY: 'k' })
    const headers = { authorization: 'Bearer j' }
    const response = await app.request('/v1/models', { headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('Incorrect API key provided') },
    })
  })

  it('an unknown path and a wrong method', async () => {
    const { app } = open()
    const missing = await app.request('/v1/chat/completion', { method: 'POST' })
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'unknown_url', param: null },
    })
    const wrong = await app.request('/v1/chat/completions', { method: 'PUT' })
    expect(wrong.status).toBe(405)
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    expect(await wrong.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })
})
