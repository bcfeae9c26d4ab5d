import { describe, expect, it } from 'vitest'
import { createApp } from '../app/app.ts'
import { openApp } from '../app/open-app.ts'
import { stagedRuntime } from './http/stage.ts'

const ENV = { PROVIDER: 'embedded', API_KEY: 'sk-of-the-test', EMBEDDED_TOKENS_PER_SECOND: '0' }
const KEY = { authorization: 'Bearer sk-of-the-test' }
const CHAT = '/v1/chat/completions'

const post = (path: string, body: unknown, headers: Record<string, string> = KEY) => ({
  path,
  init: { method: 'POST', headers, body: JSON.stringify(body) },
})

const asking = (more: object) => ({
  model: 'any',
  messages: [{ role: 'user', content: 'What is this?' }],
  max_tokens: 20,
  ...more,
})

/** Each is the first request of a server. */
const FIRST_REQUESTS: Record<string, { path: string; init: RequestInit }> = {
  'chat, whole': post(CHAT, asking({})),
  'chat as a stream': post(CHAT, asking({ stream: true })),
  'chat in the format of Claude': post(CHAT, asking({ anthropic_version: 'bedrock-2023-05-31' })),
  'chat, answered as Titan': post(`${CHAT}?target_format=bedrock_titan`, asking({})),
  'chat with a wrong field': post(CHAT, asking({ temperature: 'high' })),
  'chat without a key': post(CHAT, asking({}), {}),
  'chat from a page elsewhere': post(CHAT, asking({}), {
    ...KEY,
    origin: 'https://elsewhere.test',
  }),
  'chat by a wrong method': { path: CHAT, init: { method: 'PUT', headers: KEY } },
  'a preflight of chat': { path: CHAT, init: { method: 'OPTIONS' } },
  'the head of a page': { path: '/ping', init: { method: 'HEAD' } },
  'Anthropic messages': post('/v1/messages', asking({})),
  'an unknown path': { path: '/v1/nothing', init: { headers: KEY } },
  "the models, by Anthropic's header": {
    path: '/v1/models',
    init: { headers: { ...KEY, 'anthropic-version': '2023-06-01' } },
  },
}

describe('an app that is opened', () => {
  it.each(Object.entries(FIRST_REQUESTS))(
    'answers first of all %s as the whole one',
    async (_, { path, init }) => {
      const opened = stagedRuntime(ENV)
      const whole = stagedRuntime(ENV)
      const app = openApp(opened.runtime)
      const first = await answerOf(app.fetch, path, init)
      const expected = await answerOf(createApp(whole.runtime).fetch, path, init)

      expect(first).toEqual(expected)
      expect(opened.log().map(told)).toEqual(whole.log().map(told))

      await app.complete!()
      expect(await answerOf(app.fetch, path, init)).toEqual(expected)
    },
  )

  it('counts what was asked before everything was loaded', async () => {
    const app = openApp(
      stagedRuntime({ ...ENV, RATE_LIMIT: 'true', RATE_LIMIT_REQUESTS_PER_MINUTE: '1' }).runtime,
    )
    const { path, init } = FIRST_REQUESTS['chat, whole']!

    expect((await answerOf(app.fetch, path, init)).status).toBe(200)
    expect((await answerOf(app.fetch, '/v1/models', { headers: KEY })).status).toBe(429)
  })

  it('throws at once for an environment it cannot use', () => {
    expect(() => openApp(stagedRuntime({ PORT: 'none' }).runtime)).toThrow(/PORT/)
  })
})

type Fetch = (request: Request, env: object) => Response | Promise<Response>

async function answerOf(fetch: Fetch, path: string, init: RequestInit) {
  const response = await fetch(new Request(`http://localhost${path}`, init), {})
  const headers = [...response.headers].map(([name, value]) => [
    name,
    VARYING.has(name) ? 'some' : value,
  ])
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: lasting(await response.text()),
  }
}

/** Headers that say something else every time. */
const VARYING = new Set(['x-request-id', 'request-id', 'openai-processing-ms', 'server-timing'])

/** What says the same every time: without ids and times. */
const lasting = (text: string) =>
  text
    .replace(/(chatcmpl-|msg_|req_)[\w-]+/g, '$1ID')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replace(/"created":\d+/g, '"created":0')

const told = ({ method, path, status_code, model_id, provider, error_code }: Line) => ({
  method,
  path,
  status_code,
  model_id,
  provider,
  error_code,
})

type Line = Record<string, unknown>
