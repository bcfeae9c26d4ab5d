import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeBedrock, startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { toolCallFrames } from '../../../fakes/fake-bedrock-frames.ts'
import { sharedRoot } from '../../../fakes/shared.ts'
import { bodyOf, chunksOf, type Json, spokenIn } from '../../../features/stage.ts'
import { launch, type Running } from '../../../runtimes/platform.ts'
import { node } from '../../../runtimes/platforms.ts'
import { EXAMPLES, filled, IMAGE, OPENAI_FORMAT } from './examples.ts'

/** The document's own key. */
const KEY = 'your-api-key'
const COMMON = { API_KEY: KEY, STATE_DIR: 'memory', FILES_DIR: 'memory' }

let fake: FakeBedrock
let embedded: Running
let aws: Running
beforeAll(async () => {
  fake = await startFakeBedrock()
  ;[embedded, aws] = await Promise.all([
    launch(node, { ...COMMON, PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' }),
    launch(node, {
      ...COMMON,
      AWS_ENDPOINT_URL: fake.url,
      AWS_REGION: 'us-east-1',
      AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
      MODEL_ALIASES: '{"gpt-4o-mini": "amazon.nova-lite-v1:0"}',
    }),
  ])
})
beforeEach(() => {
  fake.forget()
  fake.requests.length = 0
})
afterAll(async () => {
  await Promise.all([embedded.end(), aws.end()])
  await fake.close()
})

const call = (server: Running, path: string, init: RequestInit = {}) =>
  fetch(server.url + path, {
    ...init,
    headers: { authorization: `Bearer ${KEY}`, ...init.headers },
  })

const chat = (server: Running, body: object, query = '') =>
  call(server, `/v1/chat/completions${query}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

const jsonOf = async (answer: Response) => {
  expect(answer.status).toBe(200)
  return (await answer.json()) as Json
}

const completion = (model: string) => ({
  id: expect.stringMatching(/^chatcmpl-/),
  object: 'chat.completion',
  created: expect.any(Number),
  model,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: expect.any(String) },
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: expect.any(Number),
    completion_tokens: expect.any(Number),
    total_tokens: expect.any(Number),
  },
})

const CLAUDE = EXAMPLES['Claude format'].model
const TITAN = EXAMPLES['Titan format'].model
const servers = [['embedded'], ['a fake AWS']] as const
const serverOf = (name: string) => (name === 'embedded' ? embedded : aws)

describe.each(servers)("the unified endpoint's examples against %s", (name) => {
  it.each([
    ['OpenAI', OPENAI_FORMAT, 'gpt-4o-mini'],
    ['Claude', EXAMPLES['Claude format'], CLAUDE],
    ['Titan', EXAMPLES['Titan format'], TITAN],
    ['a multi-turn conversation', EXAMPLES['multi-turn'], 'gpt-4o-mini'],
  ])("answer %s in OpenAI's format", async (_, body, model) => {
    expect(await jsonOf(await chat(serverOf(name), body))).toMatchObject(completion(model))
  })

  it("answer OpenAI's format in Claude's", async () => {
    const answer = await chat(serverOf(name), EXAMPLES.conversion, '?target_format=bedrock_claude')
    expect(await jsonOf(answer)).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: expect.any(String) }],
      model: 'gpt-4o-mini',
      stop_reason: 'end_turn',
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    })
  })

  it('stream, and end with [DONE]', async () => {
    const answer = await chat(serverOf(name), EXAMPLES.stream)
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const text = await answer.text()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const [first, ...others] = chunksOf(text)
    expect(first).toMatchObject({
      object: 'chat.completion.chunk',
      model: 'gpt-4o-mini',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
    })
    const { content, finish } = spokenIn(others)
    expect(content).not.toBe('')
    expect(finish).toBe('stop')
  })

  it('look at a picture', async () => {
    const body = filled(EXAMPLES.image, { 'iVBORw0KGgoAAAANSUhEUgAA...': IMAGE })
    expect(await jsonOf(await chat(serverOf(name), body))).toMatchObject(completion(CLAUDE))
  })
})

describe('tools', () => {
  const message = {
    type: 'message',
    role: 'assistant',
    content: [
      {
        type: 'tool_use',
        id: expect.any(String),
        name: 'get_weather',
        input: { location: 'London' },
      },
    ],
    model: CLAUDE,
    stop_reason: 'tool_use',
  }

  it("are called in Claude's format, whole and streamed", async () => {
    const target = '?target_format=bedrock_claude'
    expect(await jsonOf(await chat(embedded, EXAMPLES.tools, target))).toMatchObject(message)
    const streamed = await chat(embedded, { ...EXAMPLES.tools, stream: true }, target)
    const client = new Anthropic({ apiKey: KEY, fetch: async () => streamed })
    const asked = { model: CLAUDE, max_tokens: 1, messages: [] }
    expect(await client.messages.stream(asked).finalMessage()).toMatchObject(message)
  })

  it('go to AWS as they are, and come back as a call', async () => {
    fake.script({
      frames: toolCallFrames('tooluse_1', 'get_weather', ['{"location":"', 'London"}']),
    })
    const answer = await chat(aws, { ...EXAMPLES.tools, stream: true })
    const calls = chunksOf(await answer.text()).flatMap((chunk) =>
      (chunk['choices'] as { delta: { tool_calls?: object[] } }[]).flatMap(
        ({ delta }) => delta.tool_calls ?? [],
      ),
    )
    expect(calls[0]).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
    expect(bodyOf(fake.requests[0]!)).toMatchObject({
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'get_weather',
              inputSchema: { json: EXAMPLES.tools.tools[0].input_schema },
            },
          },
        ],
      },
    })
  })
})

describe('what AWS is asked', () => {
  it('is InvokeModel where Claude is spoken and answered', async () => {
    fake.script({
      body: {
        id: 'msg_bdrk_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku',
        content: [{ type: 'text', text: 'Hello!' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 9, output_tokens: 12 },
      },
    })
    await jsonOf(await chat(aws, EXAMPLES['Claude format'], '?target_format=bedrock_claude'))
    expect(fake.requests[0]!.path).toBe('/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke')
    expect(bodyOf(fake.requests[0]!)).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'Hello!' }],
      temperature: 0.7,
    })
  })

  it('is InvokeModel to the letter where Titan is spoken and answered', async () => {
    const said = { tokenCount: 3, outputText: '\nHello.', completionReason: 'FINISH' }
    const answered = { inputTextTokenCount: 5, results: [said] }
    fake.script({ body: answered })
    const answer = await chat(aws, EXAMPLES['Titan format'], '?target_format=bedrock_titan')
    expect(await jsonOf(answer)).toEqual(answered)
    expect(fake.requests[0]!.path).toBe('/model/amazon.titan-text-express-v1/invoke')
    const { model: _, ...body } = EXAMPLES['Titan format']
    expect(bodyOf(fake.requests[0]!)).toEqual(body)
  })

  it("is Converse, in the conversation's own turns, where Titan is spoken and OpenAI answered", async () => {
    await jsonOf(await chat(aws, EXAMPLES['Titan format']))
    expect(bodyOf(fake.requests[0]!)).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'Hello!' }] }],
      inferenceConfig: { maxTokens: 1000, temperature: 0.7 },
    })
  })
})

describe('files', () => {
  const upload = async (name: string, text: string) => {
    const form = new FormData()
    form.set('file', new File([text], name, { type: 'text/csv' }))
    form.set('purpose', 'assistants')
    return jsonOf(await call(embedded, '/v1/files', { method: 'POST', body: form }))
  }

  it('are uploaded, listed, read, used and deleted', async () => {
    const sales = 'Date,Product,Sales\n2024-01-01,Widget A,150\n'
    const first = await upload('data.csv', sales)
    const second = await upload('more.csv', 'Date,Product,Sales\n2024-01-02,Widget B,200\n')
    expect(first).toMatchObject({
      id: expect.stringMatching(/^file-/),
      object: 'file',
      bytes: sales.length,
      filename: 'data.csv',
      purpose: 'assistants',
    })
    const listed = await jsonOf(await call(embedded, '/v1/files?purpose=assistants&limit=10'))
    expect(listed).toMatchObject({ object: 'list' })
    expect((listed['data'] as Json[]).map(({ filename }) => filename).toSorted()).toEqual([
      'data.csv',
      'more.csv',
    ])
    const place = `/v1/files/${first['id']}`
    expect(await jsonOf(await call(embedded, place))).toMatchObject({ id: first['id'] })
    expect(await (await call(embedded, `${place}/content`)).text()).toBe(sales)
    const body = filled(EXAMPLES['chat with files'], {
      'file-abc123def456': String(first['id']),
      'file-def456ghi789': String(second['id']),
    })
    expect(await jsonOf(await chat(embedded, body))).toMatchObject(completion('gpt-4o-mini'))
    const gone = await jsonOf(await call(embedded, place, { method: 'DELETE' }))
    expect(gone).toEqual({ id: first['id'], object: 'file', deleted: true })
  })

  it('tell their health', async () => {
    expect(await jsonOf(await call(embedded, '/v1/files/health'))).toMatchObject({
      status: 'healthy',
      service: 'files',
      s3_bucket_configured: false,
    })
  })
})

describe('the standard endpoints', () => {
  it('list models', async () => {
    const list = await jsonOf(await call(embedded, '/v1/models'))
    expect(list).toMatchObject({ object: 'list' })
    expect((list['data'] as Json[])[0]).toMatchObject({
      id: expect.any(String),
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
    })
  })

  const now = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

  it('tell the health of the server, without a key', async () => {
    const answer = await fetch(`${embedded.url}/health`)
    expect(await answer.json()).toEqual({
      status: 'healthy',
      timestamp: now,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      services: { embedded: 'available' },
      checked_at: { embedded: now },
    })
  })

  it('tell the health of the unified endpoint', async () => {
    const answer = await call(embedded, '/v1/chat/completions/health')
    expect(await jsonOf(answer)).toMatchObject({
      status: 'healthy',
      timestamp: now,
      message: 'Unified model routing operational',
      supported_input_formats: ['openai', 'bedrock_claude', 'bedrock_titan'],
      model_routing: 'enabled',
    })
    expect((await fetch(answer.url)).status).toBe(401)
  })

  it('say of AWS what its last answer showed, and ask nobody', async () => {
    const services = async () =>
      (await (await fetch(`${aws.url}/health`)).json()) as { status: string; services: Json }
    await jsonOf(await chat(aws, EXAMPLES.conversion))
    const calls = fake.requests.length + fake.listings.length
    expect(await services()).toMatchObject({
      status: 'healthy',
      services: { bedrock: 'available' },
    })
    fake.script({ status: 503, errorType: 'ServiceUnavailableException', body: { message: 'no' } })
    expect((await chat(aws, EXAMPLES.conversion)).status).toBe(503)
    expect(await services()).toMatchObject({
      status: 'degraded',
      services: { bedrock: 'unavailable' },
    })
    expect(fake.requests.length + fake.listings.length).toBeLessThanOrEqual(calls + 2)
  })
})

describe.skipIf(!sharedRoot())('the document', () => {
  it('has no request that is not among these', () => {
    const path = join(sharedRoot()!, 'reference/source-3-unified-server-api.md')
    const document = readFileSync(path, 'utf8')
    const blocks = [...document.matchAll(/```(?:json|bash)\n([\s\S]*?)```/g)].map(
      ([, text]) => text!,
    )
    const bodies = blocks.flatMap(requestIn)
    expect(bodies).toHaveLength(Object.keys(EXAMPLES).length)
    for (const body of bodies) expect(Object.values(EXAMPLES)).toContainEqual(body)
  })
})

/** The body of a request in a block of the document; answers and errors have none. */
function requestIn(block: string): unknown[] {
  const json = block.includes("-d '") ? block.slice(block.indexOf("-d '") + 4) : block
  try {
    const body = JSON.parse(json.slice(json.indexOf('{'), json.lastIndexOf('}') + 1))
    return 'messages' in body || 'inputText' in body ? [body] : []
  } catch {
    // `"tools": [...]` of the first example is no JSON; `OPENAI_FORMAT` is that one.
    return []
  }
}
