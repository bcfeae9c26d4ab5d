import { describe, expect, it } from 'vitest'
import { VERSION } from '../../app/config/version.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { bedrockOfFile } from '../fakes/bedrock-of-file.ts'
import { accessStage } from './access-stage.ts'

const MODEL = 'amazon.nova-micro-v1:0'
const KEYS = '{"alice":{"key":"alice-key-0123456789","tenant":"acme"}}'
const alice = { key: 'alice-key-0123456789' }
const body = { model: MODEL, messages: [{ role: 'user', content: 'Hello' }] }

const bedrock = await bedrockOfFile()

const stage = (env: Record<string, string> = {}) =>
  accessStage(
    {
      PROVIDER: 'aws',
      AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2',
      AWS_ENDPOINT_URL: bedrock.url,
      AWS_BEARER_TOKEN_BEDROCK: 'token',
      API_KEYS: KEYS,
      STATE_DIR: 'memory',
      ...env,
    },
    {
      transport: createUndiciTransport(),
      peerAddress: () => '203.0.113.7',
      instance: 'here:1',
    },
  )

describe('the line of a request', () => {
  const headers = {
    'user-agent': 'tester/1',
    'openai-organization': 'org-1',
    'x-amzn-trace-id': 'Root=1-2-3',
    'x-amz-cf-id': 'cf-1',
  }

  it('tells who asked, by which key and for whom', async () => {
    const { call, log } = stage({ LOG_CLIENT_IP: 'true' })
    await call('/v1/chat/completions', { ...alice, headers, body: { ...body, user: 'ann' } })
    expect(log().at(-1)).toMatchObject({
      client_ip: '203.0.113.7',
      client_user_agent: 'tester/1',
      api_key_id: 'alice',
      tenant: 'acme',
      request_user_id: 'ann',
      request_org_id: 'org-1',
      amzn_trace_id: 'Root=1-2-3',
      cloudfront_request_id: 'cf-1',
      upstream_time_ms: expect.any(Number),
      server_id: 'here:1',
      server_version: VERSION,
    })
  })

  it('holds no address unless that is wanted, also of those who are not let in', async () => {
    const shy = stage()
    await shy.call('/v1/models', { key: 'wrong' })
    expect(shy.lines.join()).not.toContain('203.0.113.7')
    const open = stage({ LOG_CLIENT_IP: 'true' })
    await open.call('/v1/models', { key: 'wrong' })
    expect(open.log().at(-1)).toMatchObject({ status_code: 401, client_ip: '203.0.113.7' })
  })

  it('knows the model and the places that were asked also of a failure', async () => {
    bedrock.script({ status: 503, errorType: 'ServiceUnavailableException', body: {} })
    const { call, log } = stage()
    await call('/v1/chat/completions', { ...alice, body })
    expect(log().at(-1)).toMatchObject({
      outcome: 'failed',
      model_id: MODEL,
      provider: 'aws',
      attempts: 2,
      region_attempts: [{ region: 'us-east-1' }, { region: 'us-west-2' }],
      stream: false,
    })
  })
})

describe('the first and the last line', () => {
  it('tell what starts and how long it ran', () => {
    const { app, log } = stage()
    app.life.started()
    app.life.stopped()
    const known = { level: 'info', server_id: 'here:1', server_version: VERSION }
    expect(log()).toEqual([
      {
        type: 'start',
        date: expect.any(String),
        server_start_time_ms: expect.any(Number),
        runtime: 'test',
        providers: ['aws'],
        ...known,
      },
      { type: 'stop', date: expect.any(String), server_uptime_ms: expect.any(Number), ...known },
    ])
    const quiet = stage({ LOG_LEVEL: 'warning' })
    quiet.app.life.started()
    expect(quiet.lines).toEqual([])
  })

  it.each(['info', 'error'])(
    'tell what is lost with the process, at the level %s',
    async (level) => {
      const { app, call, log } = stage({
        LOG_LEVEL: level,
        AWS_DYNAMODB_TABLE: 'outcrop',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      })
      expect((await call('/v1/chat/completions', { ...alice, body })).status).toBe(200)
      await app.flush()
      app.life.stopped()
      expect(log().at(-1)).toMatchObject({ type: 'stop', level: 'error', usage_lost: 1 })
    },
  )
})

describe('the headers of time', () => {
  const TIMING = /^gateway;dur=\d+\.\d, upstream;dur=\d+\.\d$/

  it('stand on streams, when their head is out', async () => {
    const { call } = stage()
    const { headers } = await call('/v1/chat/completions', {
      ...alice,
      body: { ...body, stream: true },
    })
    expect(headers.get('server-timing')).toMatch(TIMING)
    expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/)
    expect(headers.get('openai-version')).toBe('2020-10-01')
  })

  it('tell the upstream from us', async () => {
    bedrock.script({
      until: new Promise((resolve) => setTimeout(resolve, 250)),
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
    })
    const { call } = stage()
    const { headers } = await call('/v1/chat/completions', { ...alice, body })
    const timing = headers.get('server-timing')!
    expect(timing).toMatch(TIMING)
    expect(Number(/upstream;dur=([\d.]+)/.exec(timing)![1])).toBeGreaterThanOrEqual(50)
    expect(Number(headers.get('openai-processing-ms'))).toBeGreaterThanOrEqual(50)
  })

  it('stand on failures of the upstream, and name OpenAI to nobody else', async () => {
    bedrock.script({ status: 400, errorType: 'ValidationException', body: { message: 'no' } })
    const { call } = stage()
    const messages = await call('/anthropic/v1/messages', {
      ...alice,
      body: { ...body, max_tokens: 9 },
    })
    expect(messages.status).toBe(400)
    expect(messages.headers.get('server-timing')).toMatch(TIMING)
    expect(messages.headers.has('openai-version')).toBe(false)
    const listed = await call('/v1/models', {
      ...alice,
      headers: { 'openai-organization': 'org-1' },
    })
    expect(listed.headers.has('server-timing')).toBe(false)
    expect(listed.headers.get('openai-organization')).toBe('org-1')
    expect((await call('/health')).headers.has('openai-version')).toBe(false)
  })
})

describe('the tags of a request to AWS', () => {
  const tags = () => (bedrock.requests.at(-1)!.json as { requestMetadata: unknown }).requestMetadata

  it('name the request, the server and the key', async () => {
    const { call } = stage()
    await call('/v1/chat/completions', { ...alice, headers: { 'x-request-id': 'r-1' }, body })
    expect(tags()).toEqual({ request_id: 'r-1', server_id: 'here:1', user_id: 'alice' })
  })

  it('name the user the request names instead', async () => {
    const { call } = stage()
    await call('/v1/chat/completions', { ...alice, body: { ...body, safety_identifier: 'ann' } })
    expect(tags()).toMatchObject({ user_id: 'ann' })
  })

  it('name nobody where one key is all there is', async () => {
    const { call } = stage({ API_KEYS: '', API_KEY: 'the-only-key-0123456789' })
    await call('/v1/chat/completions', { key: 'the-only-key-0123456789', body })
    expect(tags()).not.toHaveProperty('user_id')
  })
})
