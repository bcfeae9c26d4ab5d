import { describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import { createOpenaiProviders } from '../../../app/providers/openai/index.ts'
import { callerLeft } from '../../../runtimes/serving/caller-left.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { type Answer, completionOf, scriptedServer } from './scripted-server.ts'
import { openStage } from './stage.ts'

async function refused(answer: Answer, body: Record<string, unknown> = {}) {
  const stage = openStage()
  stage.answer(answer)
  const response = await stage.chat(body)
  const { error } = (await response.json()) as { error: Record<string, unknown> }
  return { status: response.status, error, headers: response.headers, stage }
}

describe('a refusal', () => {
  it.each([
    [
      400,
      {
        error: {
          message: "Invalid 'n'.",
          type: 'invalid_request_error',
          param: 'n',
          code: 'integer_below_min_value',
        },
      },
      400,
      { message: "Invalid 'n'.", param: 'n', code: 'integer_below_min_value' },
    ],
    [
      400,
      { error: { message: 'Too long.', code: 'context_length_exceeded' } },
      400,
      { message: 'Too long.', code: 'context_length_exceeded' },
    ],
    [
      404,
      { error: { message: 'The model `gpt-4o` does not exist.', code: 'model_not_found' } },
      404,
      { code: 'model_not_found' },
    ],
    [
      404,
      { object: 'error', message: 'The model `x` does not exist.', code: 404 },
      404,
      { message: 'The model `x` does not exist.' },
    ],
    [422, { detail: 'bad field' }, 400, { message: 'bad field' }],
    [
      429,
      { error: { message: 'org-7 is limited', code: 'rate_limit_exceeded' } },
      429,
      { message: 'The model is busy. Retry the request later.' },
    ],
    [
      429,
      { error: { message: 'x', code: 'insufficient_quota' } },
      429,
      { code: 'insufficient_quota' },
    ],
    [402, { error: { message: 'no credits', code: 402 } }, 429, { code: 'insufficient_quota' }],
    [500, { error: { message: 'secret internals' } }, 502, { code: 'upstream_error' }],
    [503, 'busy', 503, { code: 'overloaded' }],
    [504, '<html>gateway timeout</html>', 504, { code: 'timeout' }],
  ])('%i %j is %i', async (status, body, ours, words) => {
    const { status: told, error } = await refused({ status, body })
    expect(told).toBe(ours)
    expect(error).toMatchObject(words)
    expect(JSON.stringify(error)).not.toMatch(/org-7|internals|html/)
  })

  it('of our key is ours, and its log names the setting but no key', async () => {
    const body = {
      error: { message: 'Incorrect API key provided: sk-secret-of-ours.', code: 'invalid_api_key' },
    }
    const { status, error, stage } = await refused({ status: 401, body })
    expect(status).toBe(502)
    expect(JSON.stringify(error)).not.toMatch(/key|sk-/i)
    expect(stage.log()).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        upstream: 'openai',
        setting: 'OPENAI_API_KEY',
        status: 401,
      }),
    )
    expect(stage.lines.join()).not.toContain('sk-secret')
  })

  it.each([
    [400, [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.' } }]],
    [403, [{ error: { code: 403, message: 'Your API key was reported as leaked.' } }]],
    [400, { code: 'Client specified an invalid argument', error: 'Incorrect API key provided.' }],
  ])('of our key may come as %i: %j', async (status, body) => {
    const { status: told, error, stage } = await refused({ status, body })
    expect([told, error['code']]).toEqual([502, 'upstream_misconfigured'])
    expect(stage.log()).toContainEqual(expect.objectContaining({ setting: 'OPENAI_API_KEY' }))
  })

  it('never repeats a key, wherever a server puts it', async () => {
    const body = { error: { message: 'You sent sk-secret-of-ours.', param: 'x' } }
    const { error, stage } = await refused({ status: 400, body })
    expect(error['message']).toBe('You sent [secret].')
    expect(stage.lines.join()).not.toContain('sk-secret')
  })

  it('by another address is not followed', async () => {
    const headers = { location: 'https://evil.example/v1/chat/completions?x=sk-secret-of-ours' }
    const { status, stage } = await refused({ status: 308, headers, body: '' })
    expect(status).toBe(502)
    expect(stage.asked).toHaveLength(1)
    expect(stage.log()).toContainEqual(
      expect.objectContaining({
        setting: 'OPENAI_BASE_URL',
        problem: expect.stringContaining('https://evil.example,'),
      }),
    )
  })

  it.each([
    '404 page not found',
    { detail: 'Not Found' },
    { error: { message: 'File Not Found' } },
    { error: { code: '404', message: 'Resource not found' } },
    { error: { message: 'Invalid URL (POST /v1/v1/chat/completions)', code: null } },
    {
      error: { message: 'Unknown request URL: POST /chat. Please check it.', code: 'unknown_url' },
    },
    { message: 'no Route matched with those values' },
  ])('of a path blames the address: %j', async (body) => {
    const { status, stage } = await refused({ status: 404, body })
    expect(status).toBe(502)
    expect(stage.log()).toContainEqual(expect.objectContaining({ setting: 'OPENAI_BASE_URL' }))
  })

  it.each([
    [{ 'retry-after': '7' }, '7'],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, '2'],
    [{ 'retry-after': '86400' }, '3600'],
    [{ 'retry-after': 'soon' }, null],
  ])('for being too fast tells how long: %j', async (headers, seconds) => {
    const { headers: told } = await refused({ status: 429, headers, body: {} })
    if (seconds !== null) expect(told.get('retry-after')).toBe(seconds)
  })

  it('for a quota that is used up tells SDKs to leave it, unless the server says when it comes back', async () => {
    const body = { error: { message: 'x', code: 'insufficient_quota' } }
    const hints = ({ headers }: { headers: Headers }) => [
      headers.get('retry-after'),
      headers.get('x-should-retry'),
    ]
    expect(hints(await refused({ status: 429, body }))).toEqual([null, 'false'])
    const headers = { 'retry-after': '20' }
    expect(hints(await refused({ status: 429, headers, body }))).toEqual(['20', null])
  })

  it('is an answer that is none', async () => {
    for (const body of [
      '<html>hello</html>',
      '"words"',
      { choices: [] },
      { error: { message: 'x' } },
    ]) {
      const { status } = await refused({ body })
      expect(status).toBe(502)
    }
    const page = { headers: { 'content-type': 'text/html' }, body: '<html>' }
    expect((await refused(page, { stream: true })).status).toBe(502)
  })
})

describe('a server', () => {
  function open(settings: object) {
    const env = {
      OPENAI_UPSTREAMS: JSON.stringify([
        { name: 'slow', base_url: 'http://h/v1', models: ['*'], ...settings },
      ]),
    }
    const { runtime, log } = stagedRuntime(env)
    const server = scriptedServer([])
    const options = {
      config: readConfig(env),
      runtime: { ...runtime, transport: server.transport },
    }
    const [provider] = createOpenaiProviders(options)
    const ask = async () => {
      const found = await provider!.find('m')
      const conversation = {
        model: 'm',
        system: [],
        turns: [],
        tools: [],
        settings: {},
        stream: false,
      }
      return found!.chat!.reply(conversation, {
        requestId: 'r',
        signal: new AbortController().signal,
      })
    }
    return { provider: provider!, server, ask, log }
  }

  it('has the time its own setting gives it', async () => {
    const { ask, server } = open({ timeout: 0.02 })
    server.answer({ silent: true })
    await expect(ask()).rejects.toMatchObject({ code: 'timeout', status: 504 })
  })

  it('is known by its last answers, and nobody asks it for that', async () => {
    const { provider, ask, server, log } = open({})
    expect(provider.health?.()).toEqual({ status: 'unknown' })
    server.answer({ body: completionOf({}) })
    await ask()
    expect(provider.health?.()).toEqual({ status: 'available', checkedAt: expect.any(Number) })
    server.answer({ status: 401 })
    await expect(ask()).rejects.toThrow()
    await expect(ask()).rejects.toThrow()
    expect(provider.health?.()).toMatchObject({
      status: 'unavailable',
      reason: 'It does not take the key.',
    })
    expect(
      log().filter(({ setting }) => setting === 'OPENAI_UPSTREAMS (slow).api_key'),
    ).toHaveLength(1)
    server.answer({ status: 429 })
    await expect(ask()).rejects.toThrow()
    expect(provider.health?.()).toMatchObject({ status: 'available' })
    expect(server.asked).toHaveLength(4)
  })

  it('tells of a server that never says what it has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const env = { OPENAI_UPSTREAMS: '[{"name":"hole","base_url":"http://hole.example/v1"}]' }
      const { runtime, log } = stagedRuntime(env)
      // As the runtimes' transports: what ends a request is told by the reason of its signal.
      const send = (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(callerLeft(signal)))
        })
      const options = { config: readConfig(env), runtime: { ...runtime, transport: { send } } }
      const [provider] = createOpenaiProviders(options)
      const listed = provider!.list()
      vi.advanceTimersByTime(5000)
      expect(await listed).toEqual([])
      expect(provider!.health?.()).toMatchObject({
        status: 'unavailable',
        reason: 'It is too slow.',
      })
      expect(log()).toMatchObject([
        { level: 'warning', upstream: 'hole', setting: 'OPENAI_UPSTREAMS (hole).base_url' },
      ])
    } finally {
      vi.useRealTimers()
    }
  })
})
