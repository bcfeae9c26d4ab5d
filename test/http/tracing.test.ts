import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { type FakeBedrock, startFakeBedrock } from '../fakes/fake-bedrock.ts'
import { type OtlpCollector, startOtlpCollector } from '../fakes/otlp-collector.ts'
import { accessStage } from './access-stage.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const MODEL = 'amazon.nova-micro-v1:0'
const KEYS = '{"alice":{"key":"alice-key-0123456789","tenant":"acme"}}'
const ALICE = { authorization: 'Bearer alice-key-0123456789' }

let bedrock: FakeBedrock
let collector: OtlpCollector
beforeAll(async () => {
  bedrock = await startFakeBedrock()
})
afterAll(() => bedrock.close())
beforeEach(async () => {
  collector = await startOtlpCollector()
  bedrock.requests.length = 0
  bedrock.forget()
  return collector.close
})

function stage(env: Record<string, string> = {}) {
  const staged = accessStage(
    {
      PROVIDER: 'aws',
      AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2',
      AWS_ENDPOINT_URL: bedrock.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      API_KEYS: KEYS,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      STATE_DIR: 'memory',
      ...env,
    },
    { transport: createUndiciTransport() },
  )
  const chat = (more: object = {}, headers: Record<string, string> = {}) =>
    staged.call('/v1/chat/completions', {
      headers: { ...ALICE, ...headers },
      body: { model: MODEL, messages: [{ role: 'user', content: 'Hello' }], ...more },
    })
  return { ...staged, chat }
}

describe('a trace', () => {
  it('goes on from the caller through us to AWS', async () => {
    const { app, chat } = stage({ LOG_CLIENT_IP: 'true' })
    const headers = {
      traceparent: `00-${TRACE}-${SPAN}-01`,
      tracestate: 'vendor=1',
      'user-agent': 'tester/1',
      'x-request-id': 'r-1',
    }
    expect((await chat({}, headers)).status).toBe(200)
    await app.flush()
    const [server, client] = collector.spans()
    expect(server).toEqual({
      traceId: TRACE,
      spanId: expect.any(String),
      parentSpanId: SPAN,
      traceState: 'vendor=1',
      name: 'POST /v1/chat/completions',
      kind: 2,
      took: expect.any(Number),
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chat/completions',
        'url.path': '/v1/chat/completions',
        'url.scheme': 'http',
        'http.response.status_code': 200,
        'user_agent.original': 'tester/1',
        'outcrop.request_id': 'r-1',
        'outcrop.surface': 'openai',
        'outcrop.outcome': 'answered',
        'outcrop.api_key_id': 'alice',
        'outcrop.tenant': 'acme',
      },
      events: [],
      status: {},
    })
    expect(client).toEqual({
      traceId: TRACE,
      spanId: expect.any(String),
      parentSpanId: server!.spanId,
      traceState: 'vendor=1',
      name: `chat ${MODEL}`,
      kind: 3,
      took: expect.any(Number),
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.request.model': MODEL,
        'gen_ai.response.model': MODEL,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': expect.any(Number),
        'gen_ai.usage.output_tokens': expect.any(Number),
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(bedrock.url).port),
        'cloud.region': 'us-east-1',
        'outcrop.attempts': 1,
      },
      events: [],
      status: {},
    })
    expect(client!.took).toBeLessThanOrEqual(server!.took)
    const { headers: asked } = bedrock.requests[0]!
    expect(asked['traceparent']).toBe(`00-${TRACE}-${client!.spanId}-01`)
    expect(asked['tracestate']).toBe('vendor=1')
    expect(asked['authorization']).not.toContain('traceparent')
  })

  it('tells the log where it is', async () => {
    const { app, chat, log } = stage()
    await chat({}, { 'x-amzn-trace-id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}` })
    await app.flush()
    const [server] = collector.spans()
    expect(server).toMatchObject({ traceId: TRACE })
    expect(server).not.toHaveProperty('parentSpanId')
    expect(log().at(-1)).toMatchObject({ trace_id: TRACE, span_id: server!.spanId })
  })

  it('tells of a stream when it has ended', async () => {
    const { app, chat } = stage()
    await chat({ stream: true })
    await app.flush()
    expect(collector.spans()[1]).toMatchObject({
      name: `chat ${MODEL}`,
      attributes: {
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
        'gen_ai.usage.output_tokens': expect.any(Number),
      },
    })
  })

  it('holds every attempt, and the error of the last', async () => {
    const { app, chat } = stage()
    bedrock.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'no' } })
    expect((await chat()).status).toBe(429)
    await app.flush()
    const [server, client] = collector.spans()
    expect(server).toMatchObject({
      status: {},
      attributes: { 'http.response.status_code': 429, 'error.type': 'rate-limit' },
    })
    expect(client).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'rate-limit', 'outcrop.attempts': 2 },
      events: ['us-east-1', 'us-west-2'].map((region) => ({
        name: 'outcrop.attempt',
        attributes: {
          'cloud.region': region,
          'outcrop.outcome': 'rate-limit',
          'outcrop.duration_ms': expect.any(Number),
        },
      })),
    })
  })

  it('of a request that asks no model is one span, by its route', async () => {
    const { app, call } = stage()
    await call(`/v1/models/${MODEL}`, { headers: ALICE })
    await call('/v1/nowhere/at/all', { headers: ALICE })
    await call('/health')
    await app.flush()
    expect(collector.spans().map(({ name, status }) => [name, status])).toEqual([
      ['GET /v1/models/{model}', {}],
      ['GET', {}],
    ])
  })

  it('is not named by a method that a caller made up', async () => {
    const { app, call } = stage()
    await call('/v1/models', { method: 'PROPFIND', headers: ALICE })
    await app.flush()
    expect(collector.spans()).toMatchObject([
      {
        name: 'HTTP',
        attributes: {
          'http.request.method': '_OTHER',
          'http.request.method_original': 'PROPFIND',
          'url.scheme': 'http',
        },
      },
    ])
  })

  it('says in its operation what was asked for', async () => {
    const { app, call } = stage({ PROVIDER: 'embedded' })
    await call('/v1/embeddings', {
      headers: ALICE,
      body: { model: 'amazon.titan-embed-text-v2:0', input: 'Hello' },
    })
    await app.flush()
    expect(collector.spans()[1]).toMatchObject({
      name: 'embeddings amazon.titan-embed-text-v2:0',
      attributes: { 'gen_ai.provider.name': 'embedded' },
    })
  })

  it('holds the requests we make of ourselves', async () => {
    const { app, call } = stage({ PROVIDER: 'embedded' })
    const params = {
      name: 'openai_embedding',
      arguments: { model: 'amazon.titan-embed-text-v2:0', input: 'Hello' },
    }
    const answer = await call('/mcp', {
      headers: {
        ...ALICE,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    })
    expect(answer.status).toBe(200)
    await app.flush()
    const spanOf = (name: string) => collector.spans().find((span) => span.name.startsWith(name))
    const [outer, inner, model] = ['POST /mcp', 'POST /v1/emb', 'embeddings '].map(spanOf)
    expect(inner).toMatchObject({ traceId: outer!.traceId, parentSpanId: outer!.spanId })
    expect(model).toMatchObject({ traceId: outer!.traceId, parentSpanId: inner!.spanId })
  })

  it('is not made of what is not sampled, but handed on', async () => {
    const { app, chat } = stage()
    await chat({}, { traceparent: `00-${TRACE}-${SPAN}-00` })
    await app.flush()
    expect(collector.exports).toEqual([])
    expect(bedrock.requests[0]!.headers['traceparent']).toMatch(
      new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`),
    )
  })

  it('is handed on as it came where we make none', async () => {
    const { chat } = stage({ OTEL_SDK_DISABLED: 'TRUE' })
    await chat({}, { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' })
    await chat({}, { traceparent: 'nonsense', tracestate: 'vendor=1' })
    const [first, second] = bedrock.requests.map(({ headers }) => headers)
    expect(first).toMatchObject({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' })
    expect(second).not.toHaveProperty('traceparent')
    expect(second).not.toHaveProperty('tracestate')
    expect(collector.exports).toEqual([])
  })
})

describe('the receiver', () => {
  it('is told who sends, with the headers it wants', async () => {
    const { app, call } = stage({
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path?a=b`,
      OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%20b, x-one=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-one=2',
      OTEL_SERVICE_NAME: 'my gateway',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    })
    await call('/v1/models', { headers: ALICE })
    await app.flush()
    const [seen] = collector.exports
    expect(seen).toMatchObject({
      path: '/own/path?a=b',
      headers: { 'content-type': 'application/json', 'api-key': 'a b', 'x-one': '2' },
      resource: {
        'service.name': 'my gateway',
        'service.version': expect.stringMatching(/^\d/),
        'service.instance.id': expect.any(String),
        'deployment.environment.name': 'test',
      },
    })
  })

  it('that takes nothing costs no request, and is told of once', async () => {
    const { app, call, log } = stage({ METRICS: 'open' })
    collector.answer(400, 503)
    for (let at = 0; at < 2; at++) {
      expect((await call('/v1/models', { headers: ALICE })).status).toBe(200)
      await app.flush()
    }
    expect(collector.exports).toEqual([])
    expect(log().filter(({ event }) => event === 'traces_not_sent')).toHaveLength(1)
    expect((await call('/metrics')).text).toContain('outcrop_spans_dropped_total 2\n')
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'key-canary' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a b=key-canary' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz-key-canary' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ METRICS: 'yes' }, 'METRICS'],
  ])('that cannot be understood stops the start: %j', (env, name) => {
    const start = () => stage(env as Record<string, string>)
    expect(start).toThrow(name)
    expect(start).not.toThrow('key-canary')
  })
})
