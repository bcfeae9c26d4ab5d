import {
  ApplyGuardrailCommand,
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  ListAsyncInvokesCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

const CREDENTIALS = { accessKeyId: 'AKIDOUTCROP', secretAccessKey: 'a secret of its own' }
const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0'
const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'

let server: Running
let http2: string
beforeAll(async () => {
  server = await launch(node, {
    API_KEY: 'secret-key',
    BEDROCK_API_CREDENTIALS: JSON.stringify({ AKIDOUTCROP: CREDENTIALS.secretAccessKey }),
    HTTP2_PORT: '0',
    EMBEDDED_TOKENS_PER_SECOND: '0',
    STATE_DIR: 'memory',
    FILES_DIR: 'memory',
  })
  http2 = /HTTP\/2 without TLS is spoken at (\S+)\./.exec(server.output())![1]!
})
afterAll(() => server.end())

const hello = (text = 'Hello there'): ConverseCommandInput => ({
  modelId: MODEL,
  messages: [{ role: 'user', content: [{ text }] }],
})

const weather = {
  toolConfig: {
    tools: [
      {
        toolSpec: {
          name: 'get_weather',
          inputSchema: {
            json: {
              type: 'object',
              properties: { location: { type: 'string', description: 'City name' } },
              required: ['location'],
            },
          },
        },
      },
    ],
  },
}

// The client's own default is HTTP/2 with prior knowledge, to any address.
describe.each(['HTTP/1.1', 'HTTP/2'])("AWS's own client over %s", (version) => {
  const client = (more: Partial<BedrockRuntimeClientConfig> = {}) =>
    new BedrockRuntimeClient({
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: CREDENTIALS,
      ...(version === 'HTTP/2'
        ? { endpoint: http2 }
        : { endpoint: server.url, requestHandler: new NodeHttpHandler() }),
      ...more,
    })

  it('converses', async () => {
    const answer = await client().send(new ConverseCommand(hello()))
    expect(answer).toMatchObject({
      output: { message: { role: 'assistant', content: [{ text: expect.any(String) }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: expect.any(Number), totalTokens: expect.any(Number) },
      $metadata: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    })
  })

  it('names a model by an ARN with slashes', async () => {
    const answer = await client().send(new ConverseCommand({ ...hello(), modelId: ARN }))
    expect(answer.stopReason).toBe('end_turn')
  })

  it('converses in a stream, with a tool', async () => {
    const asked = { ...hello("What's the weather in London?"), ...weather }
    const { stream } = await client().send(new ConverseStreamCommand(asked))
    const kinds: string[] = []
    let input = ''
    let start: unknown
    let stop: unknown
    for await (const event of stream!) {
      kinds.push(Object.keys(event)[0]!)
      start ??= event.contentBlockStart?.start?.toolUse?.name
      input += event.contentBlockDelta?.delta?.toolUse?.input ?? ''
      stop ??= event.messageStop?.stopReason
    }
    expect(kinds[0]).toBe('messageStart')
    expect(kinds.slice(-2)).toEqual(['messageStop', 'metadata'])
    expect({ start, input: JSON.parse(input), stop }).toEqual({
      start: 'get_weather',
      input: { location: 'London' },
      stop: 'tool_use',
    })
  })

  it("invokes in Claude's words, whole and streamed", async () => {
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Hello' }],
    })
    const whole = await client().send(new InvokeModelCommand({ modelId: MODEL, body }))
    expect(JSON.parse(whole.body.transformToString())).toMatchObject({
      type: 'message',
      stop_reason: 'end_turn',
    })
    const { body: chunks } = await client().send(
      new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body }),
    )
    const events: { type: string }[] = []
    for await (const { chunk } of chunks!) {
      events.push(JSON.parse(new TextDecoder().decode(chunk!.bytes)))
    }
    expect(events[0]!.type).toBe('message_start')
    expect(events.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { outputTokenCount: expect.any(Number) },
    })
  })

  it("invokes in Titan's words, whole and streamed", async () => {
    const modelId = 'amazon.titan-text-express-v1'
    const body = JSON.stringify({ inputText: 'User: Hello\nBot:' })
    const whole = await client().send(new InvokeModelCommand({ modelId, body }))
    expect(JSON.parse(whole.body.transformToString())).toMatchObject({
      results: [{ completionReason: 'FINISH' }],
    })
    const { body: chunks } = await client().send(
      new InvokeModelWithResponseStreamCommand({ modelId, body }),
    )
    let text = ''
    let last: Record<string, unknown> = {}
    for await (const { chunk } of chunks!) {
      last = JSON.parse(new TextDecoder().decode(chunk!.bytes))
      text += last['outputText']
    }
    expect(text).toBe(JSON.parse(whole.body.transformToString()).results[0].outputText)
    expect(last).toMatchObject({
      completionReason: 'FINISH',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: expect.any(Number) },
    })
  })

  it('invokes models of vectors and of pictures in their own words', async () => {
    const invoked = async (modelId: string, body: object) => {
      const answer = await client().send(
        new InvokeModelCommand({ modelId, body: JSON.stringify(body) }),
      )
      return JSON.parse(new TextDecoder().decode(answer.body))
    }
    const vector = await invoked('amazon.titan-embed-text-v2:0', {
      inputText: 'Hi',
      dimensions: 256,
    })
    expect([vector.embedding.length, vector.inputTextTokenCount]).toEqual([256, 1])
    const drawn = await invoked('amazon.nova-canvas-v1:0', {
      taskType: 'TEXT_IMAGE',
      textToImageParams: { text: 'A cat' },
      imageGenerationConfig: { width: 320, height: 320 },
    })
    expect(drawn.images).toEqual([expect.stringMatching(/^iVBOR/)])
  })

  it('has contents judged by a guardrail', async () => {
    const content = [{ text: { text: 'Hi' } }]
    const asked = { guardrailIdentifier: 'gr1', guardrailVersion: 'DRAFT', content }
    const verdict = await client().send(new ApplyGuardrailCommand({ ...asked, source: 'INPUT' }))
    expect(verdict).toMatchObject({ action: 'NONE', usage: { contentPolicyUnits: 1 } })
  })

  it('is told of what is not served', async () => {
    await expect(client().send(new ListAsyncInvokesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'Nothing answers to GET /async-invoke.',
      $metadata: { httpStatusCode: 404 },
    })
  })

  it('counts tokens', async () => {
    const { messages } = hello()
    const input = { converse: { messages } }
    const { inputTokens } = await client().send(new CountTokensCommand({ modelId: MODEL, input }))
    expect(inputTokens).toBeGreaterThan(0)
  })

  it('shows the key as a bearer token', async () => {
    const bearer = client({
      credentials: undefined,
      token: { token: 'secret-key' },
      authSchemePreference: ['httpBearerAuth'],
    })
    expect((await bearer.send(new ConverseCommand(hello()))).stopReason).toBe('end_turn')
  })

  it('is refused with another secret, an unknown key or a wrong token', async () => {
    const refusal = async (more: Partial<BedrockRuntimeClientConfig>) => {
      const thrown = await client(more)
        .send(new ConverseCommand(hello()))
        .then(
          () => expect.fail('it was answered'),
          (error) => error,
        )
      return { name: thrown.name, status: thrown.$metadata.httpStatusCode }
    }
    const { accessKeyId } = CREDENTIALS
    expect(await refusal({ credentials: { accessKeyId, secretAccessKey: 'wrong' } })).toEqual({
      name: 'InvalidSignatureException',
      status: 403,
    })
    const unknown = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'x' }
    expect(await refusal({ credentials: unknown })).toEqual({
      name: 'UnrecognizedClientException',
      status: 403,
    })
    const token = { token: { token: 'wrong' }, authSchemePreference: ['httpBearerAuth'] }
    expect(await refusal(token)).toEqual({ name: 'UnrecognizedClientException', status: 403 })
  })

  it('gets exceptions it knows, before a stream and in it', async () => {
    const asked = { ...hello(), modelId: 'embedded-throttled' }
    await expect(client().send(new ConverseCommand(asked))).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    })
    const missing = { ...hello(), modelId: 'embedded-missing' }
    await expect(client().send(new ConverseStreamCommand(missing))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    const broken = { ...hello(), modelId: 'embedded-broken-stream' }
    const { stream } = await client().send(new ConverseStreamCommand(broken))
    const readAll = async () => {
      for await (const event of stream!) void event
    }
    await expect(readAll()).rejects.toMatchObject({ name: 'ModelStreamErrorException' })
  })
})

describe('a server without a key', () => {
  it.each(['HTTP/1.1', 'HTTP/2'])(
    'hears of callers who leave a stream over %s',
    async (version) => {
      const slow = await launch(node, {
        EMBEDDED_TOKENS_PER_SECOND: '5',
        STATE_DIR: 'memory',
        HTTP2_PORT: '0',
      })
      const second = /HTTP\/2 without TLS is spoken at (\S+)\./.exec(slow.output())![1]!
      const client = new BedrockRuntimeClient({
        region: 'us-east-1',
        credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
        ...(version === 'HTTP/2'
          ? { endpoint: second }
          : { endpoint: slow.url, requestHandler: new NodeHttpHandler() }),
      })
      const leaving = new AbortController()
      const asked = new ConverseStreamCommand(hello())
      const { stream } = await client.send(asked, { abortSignal: leaving.signal })
      for await (const { contentBlockDelta } of stream!) if (contentBlockDelta) break
      leaving.abort()
      client.destroy()
      await expect.poll(slow.output).toContain('"outcome":"caller-left"')
      await slow.end()
    },
  )

  it('takes any signature of this machine, and verifies none', async () => {
    const keyless = await launch(node, { EMBEDDED_TOKENS_PER_SECOND: '0', STATE_DIR: 'memory' })
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: keyless.url,
      requestHandler: new NodeHttpHandler(),
      credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
    })
    expect((await client.send(new ConverseCommand(hello()))).stopReason).toBe('end_turn')
    await keyless.end()
  })
})
