import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPinnedWebFetch } from '../../runtimes/calling/pinned-web-fetch.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { proofOf } from '../fakes/fake-aws-access.ts'
import { type FakeBedrock, startFakeBedrock } from '../fakes/fake-bedrock.ts'
import { type OtlpCollector, startOtlpCollector } from '../fakes/otlp-collector.ts'
import { accessStage } from './access-stage.ts'

/** What must never be seen again: of the server, of callers, and of what callers say. */
const SERVER = {
  API_KEY: 'canary-sole-key-0123456789',
  ADMIN_KEY: 'canary-admin-key-0123456789',
  API_KEYS: '{"team":"canary-team-key-0123456789"}',
  AWS_ACCESS_KEY_ID: 'AKIACANARY0000000000',
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret',
  AWS_SESSION_TOKEN: 'canary-aws-session',
}
const SECRETS = [
  SERVER.API_KEY,
  SERVER.ADMIN_KEY,
  'canary-team-key-0123456789',
  SERVER.AWS_SECRET_ACCESS_KEY,
  SERVER.AWS_SESSION_TOKEN,
]
const WRONG = {
  key: 'canary-wrong-key-0123456789',
  managed: `oc-canarycanary00-${'C'.repeat(43)}`,
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJ0b2tlbiJ9.Y2FuYXJ5LXNpZ25hdHVyZQ',
  proof: proofOf('https://sts.amazonaws.com/?Action=canary-proof&X-Amz-Security-Token=canary'),
}
const PROMPT = 'canary-prompt-words'
const QUERY = 'canary-in-the-query'
/** What a model is handed beside words. */
const ARGUMENT = 'canary-tool-argument'
const SIGNATURE = 'canary-signature-of-a-url'
const SIGNED = `https://bucket.nowhere.invalid/cat.png?X-Amz-Signature=${SIGNATURE}`
const RECEIVER = 'canary-key-of-the-receiver'

let bedrock: FakeBedrock
let collector: OtlpCollector
beforeAll(async () => {
  bedrock = await startFakeBedrock()
  collector = await startOtlpCollector()
})
afterAll(() => Promise.all([bedrock.close(), collector.close()]))

const staged = (env: Record<string, string>) =>
  accessStage(
    {
      ...SERVER,
      LOG_LEVEL: 'debug',
      FILES_DIR: 'memory',
      JWT_ISSUER: 'https://id.example.com',
      JWT_AUDIENCE: 'outcrop',
      AUTH_IAM: 'true',
      IAM_SERVER_ID: 'me',
      IAM_PRINCIPALS: '[{"principal":"arn:x"}]',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${RECEIVER}`,
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      LOG_CLIENT_IP: 'true',
      ...env,
    },
    { transport: createUndiciTransport(), webFetch: createPinnedWebFetch },
  )

type Stage = ReturnType<typeof staged>

/** Bodies that reach their handler, and bodies that do not. */
const BODIES = [
  undefined,
  `{"model": "amazon.nova-micro-v1:0", "messages": [{"role": "user", "content": "${PROMPT}"}], "max_tokens": 9, "input": "${PROMPT}", "query": "${PROMPT}", "documents": ["${PROMPT}"], "prompt": "${PROMPT}", "inputText": "${PROMPT}", "texts": ["${PROMPT}"]}`,
  `{"model": "amazon.nova-micro-v1:0", "stream": true, "messages": [{"role": "user", "content": "${PROMPT}"}], "max_tokens": 9, "input": "${PROMPT}", "prompt": "${PROMPT}"}`,
  `{"messages": [{"role": "${PROMPT}", "content": {"${PROMPT}": 1}}], "input": {"${PROMPT}": ["${PROMPT}"]}`,
  `{"messages": [{"role": "user", "content": 7, "${PROMPT}": "${PROMPT}"}], "max_tokens": "${PROMPT}", "model": 3}`,
  `${PROMPT}`,
  JSON.stringify({
    model: 'amazon.nova-micro-v1:0',
    max_tokens: 9,
    user: 'someone',
    metadata: { note: PROMPT },
    tools: [{ type: 'function', name: 'f', function: { name: 'f', description: PROMPT } }],
    input: [
      { type: 'function_call', call_id: 'c', name: 'f', arguments: `{"a":"${ARGUMENT}"}` },
      { type: 'function_call_output', call_id: 'c', output: ARGUMENT },
      { role: 'user', content: [{ type: 'input_image', image_url: SIGNED }] },
    ],
    messages: [
      { role: 'user', content: PROMPT },
      {
        role: 'assistant',
        content: PROMPT,
        tool_calls: [
          { id: 'c', type: 'function', function: { name: 'f', arguments: `{"a":"${ARGUMENT}"}` } },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: ARGUMENT },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: SIGNED } }] },
    ],
  }),
  JSON.stringify({
    model: 'amazon.nova-micro-v1:0',
    max_tokens: 9,
    messages: [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: ARGUMENT } }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c', content: ARGUMENT },
          { type: 'image', source: { type: 'url', url: SIGNED } },
        ],
      },
    ],
  }),
]

const PROOFS: Record<string, Record<string, string>> = {
  nothing: {},
  'the right key': { authorization: `Bearer ${SERVER.API_KEY}` },
  'the admin key': { 'x-api-key': SERVER.ADMIN_KEY },
  'a wrong key': { authorization: `Bearer ${WRONG.key}` },
  'a wrong key of our form': { authorization: `Bearer ${WRONG.managed}` },
  'a key in the wrong place': { authorization: `Basic ${btoa(WRONG.key)}`, cookie: WRONG.key },
  'a wrong token': { authorization: `Bearer ${WRONG.token}` },
  'a wrong proof': { 'x-api-key': WRONG.proof },
}

/** Sends everything to every route; gives all that was answered and written. */
async function flood({
  app,
  lines,
}: Stage): Promise<{ answers: string; log: string; count: number }> {
  const answers: string[] = []
  const routes = [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))]
    .map((route) => route.split(' ') as [string, string])
    .filter(([method]) => method !== 'ALL')
  for (const [method, pattern] of routes) {
    const path = pattern.replace(/:[a-z_]+(\{[^}]*\})?/gi, 'made-up-id')
    for (const [who, headers] of Object.entries(PROOFS)) {
      for (const body of method === 'GET' ? [undefined] : BODIES) {
        if (body === undefined && method === 'POST' && who !== 'the right key') continue
        const response = await app.request(`${path}?api_key=${QUERY}`, { method, headers, body })
        const text = pattern.startsWith('/docs') ? '' : await response.text()
        answers.push(`${method} ${path} ${who}: ${JSON.stringify([...response.headers])} ${text}`)
      }
    }
  }
  return { answers: answers.join('\n'), log: lines.join('\n'), count: answers.length }
}

describe.each([
  ['the embedded models', () => ({ PROVIDER: 'embedded' })],
  ['Bedrock', () => ({ PROVIDER: 'aws', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: bedrock.url })],
])('whatever is sent to %s', (name, env) => {
  it.each(name === 'Bedrock' ? ['well', 'with refusals', 'with failures'] : ['well'])(
    'leaves no secret and no prompt in any output, answered %s',
    async (mood) => {
      const told: string[] = []
      const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation((...words) => void told.push(words.join(' '))),
      )
      bedrock.forget()
      if (mood !== 'well') {
        // AWS's own refusals quote what was said.
        const message = `The text ${PROMPT} and the key ${SERVER.AWS_SESSION_TOKEN} are malformed.`
        const status = mood === 'with refusals' ? 400 : 500
        const errorType = status === 400 ? 'ValidationException' : 'InternalServerException'
        bedrock.script({ status, errorType, body: { message: status === 400 ? message : 'sorry' } })
      }
      collector.exports.length = 0
      const stage = staged(env())
      const { answers, log, count } = await flood(stage)
      const { text: metrics } = await stage.call('/metrics', { key: SERVER.ADMIN_KEY })
      await stage.app.flush()
      for (const spy of spies) spy.mockRestore()
      const spans = collector.exports.map(({ text }) => text).join('\n')
      // The flood has reached models, and the log has told of it.
      expect(count).toBeGreaterThan(500)
      expect(log.split('\n').length).toBeGreaterThan(500)
      if (name === 'Bedrock') expect(bedrock.requests.length).toBeGreaterThan(10)
      expect(collector.spans().length).toBeGreaterThan(500)
      expect(metrics).toContain('outcrop_model_requests_total{')
      const output = `${log}\n${told.join('\n')}\n${metrics}\n${spans}`
      for (const canary of [
        ...SECRETS,
        ...Object.values(WRONG),
        QUERY,
        RECEIVER,
        SIGNATURE,
        btoa(WRONG.key),
      ]) {
        expect(lineWith(output, canary), `${canary} is seen`).toBeUndefined()
        // A refusal of AWS is told to the caller it answers; what it says is AWS's, not ours.
        const ours = answers.replaceAll(` and the key ${SERVER.AWS_SESSION_TOKEN}`, '')
        expect(lineWith(ours, canary), `an answer holds ${canary}`).toBeUndefined()
      }
      for (const words of [PROMPT, ARGUMENT])
        expect(lineWith(output, words), `${words} is seen`).toBeUndefined()
    },
    60_000,
  )
})

const lineWith = (text: string, words: string) =>
  text.split('\n').find((line) => line.includes(words))

describe('a server that logs the bodies of requests', () => {
  it('shows what was said, and neither secrets nor media nor who may open an address', async () => {
    const { call, log } = staged({ PROVIDER: 'embedded', LOG_REQUEST_PARAMS: 'true' })
    const image = 'A'.repeat(5000)
    const body = {
      model: 'amazon.nova-micro-v1:0',
      max_tokens: 9,
      prompt_cache_key: 'mine',
      tools: [
        {
          type: 'mcp',
          authorization: SECRETS[0],
          headers: { 'x-api-key': SECRETS[1], 'x-auth': 'canary-by-any-name' },
          passwords: ['canary-in-a-list'],
        },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: `${PROMPT}: my key is sk-proj-${'k'.repeat(40)}, ok?` },
            { type: 'text', text: `Bearer ${WRONG.token} at ${SIGNED} and ${'long '.repeat(500)}` },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
            { type: 'image_url', image_url: { url: 'https://me:pw@example.com/a.png?sig=s#f' } },
            { type: 'input_audio', input_audio: { format: 'wav', data: image } },
          ],
        },
      ],
    }
    await call('/v1/chat/completions', { key: SERVER.API_KEY, body })
    const line = log().at(-1)!
    const text = JSON.stringify(line)
    expect(text.length).toBeLessThan(4000)
    expect(line).toMatchObject({
      request_params: {
        model: 'amazon.nova-micro-v1:0',
        max_tokens: 9,
        tools: [
          {
            type: 'mcp',
            authorization: '…',
            headers: { 'x-api-key': '…', 'x-auth': '…' },
            passwords: ['…'],
          },
        ],
        messages: [
          {
            content: [
              { text: `${PROMPT}: my key is …, ok?` },
              {
                text: expect.stringMatching(
                  /^… at https:\/\/bucket\.nowhere\.invalid\/cat\.png and long/,
                ),
              },
              { image_url: { url: 'data:image/png;base64,… (5022 characters)' } },
              { image_url: { url: 'https://example.com/a.png' } },
              { input_audio: { format: 'wav', data: '… (5000 characters)' } },
            ],
          },
        ],
      },
    })
    for (const canary of [...SECRETS, WRONG.token, SIGNATURE]) expect(text).not.toContain(canary)
  })

  it('is bounded by whatever is sent', async () => {
    const { call, log } = staged({ PROVIDER: 'embedded', LOG_REQUEST_PARAMS: 'true' })
    let deep: object = {}
    for (let at = 0; at < 500; at++) deep = { deep }
    const body = {
      model: 'm',
      messages: Array.from({ length: 5000 }, () => ({ role: 'user', content: PROMPT })),
      deep,
      ...Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`member-${at}`, PROMPT])),
    }
    await call('/v1/chat/completions', { key: SERVER.API_KEY, body })
    expect(JSON.stringify(log().at(-1)).length).toBeLessThan(100_000)
  })
})
