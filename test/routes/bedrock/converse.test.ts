import { describe, expect, it } from 'vitest'
import { createEventStreamDecoder } from '../../../app/codecs/event-stream/event-stream.ts'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { encodeFrame, textFrames, textReply } from '../../fakes/fake-bedrock-frames.ts'
import { lastBody, MODEL, stageNative } from './stage.ts'

const fake = await bedrockOfFile()

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

/** Everything the service model has, blanks, repetitions and members nobody has heard of included. */
const EVERYTHING = {
  system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }, { text: ' ' }],
  messages: [
    {
      role: 'user',
      content: [
        { text: 'Look' },
        { image: { format: 'png', source: { bytes: PIXEL } } },
        { guardContent: { text: { text: 'guarded', qualifiers: ['query'] } } },
        { cachePoint: { type: 'default', ttl: '5m' } },
      ],
    },
    { role: 'user', content: [{ text: 'twice' }] },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'seal' } } },
        { text: '' },
        { toolUse: { toolUseId: 't.1', name: 'look_up', input: { at: 1 } } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 't.1', content: [{ json: { a: [1, 2] } }], status: 'success' } },
        { toolResult: { toolUseId: 'unmatched', content: [{ text: 'x' }] } },
        { ofTheFuture: { member: true } },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 99, temperature: 0.5, topP: 0.9, stopSequences: ['a', ''] },
  toolConfig: {
    tools: [
      { cachePoint: { type: 'default' } },
      { toolSpec: { name: 'look_up', inputSchema: { json: { type: 'object' } }, later: 1 } },
      { systemTool: { name: 'nova_grounding' } },
    ],
    toolChoice: { auto: {} },
  },
  guardrailConfig: { guardrailIdentifier: 'gr1', guardrailVersion: '3', trace: 'enabled_full' },
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 }, ttl: 3 },
  additionalModelResponseFieldPaths: ['/stop_sequence'],
  promptVariables: { name: { text: 'x' } },
  requestMetadata: { team: 'blue' },
  performanceConfig: { latency: 'standard' },
  serviceTier: { type: 'flex' },
  outputConfig: { effort: 'low' },
  memberOfTheFuture: { a: 1 },
}

describe('Converse', () => {
  it.each(['converse', 'converse-stream'])('loses nothing on the way to AWS: %s', async (path) => {
    const { post } = stageNative(fake)
    expect((await post(path, EVERYTHING)).status).toBe(200)
    expect(lastBody(fake)).toEqual(EVERYTHING)
    expect(fake.requests.at(-1)!.path).toMatch(new RegExp(`/model/[^/]+/${path}$`))
  })

  it('loses nothing on the way back', async () => {
    const told = {
      ...(textReply('Hello.') as object),
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3, serverToolUsage: {} },
      trace: { promptRouter: { invokedModelId: 'm' } },
      memberOfTheFuture: [1],
    }
    fake.script({ body: told })
    const answer = await stageNative(fake).post('converse', EVERYTHING)
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual(told)
  })

  it("gives a stream's bytes as AWS framed them, wherever the network cut them", async () => {
    const frames = [
      ...textFrames(['Hello', ' there', '.']).slice(0, 2),
      { event: 'eventOfTheFuture', payload: { p: 'abc' } },
      ...textFrames(['Hello', ' there', '.']).slice(2),
    ]
    for (const cutEvery of [1, 7, 64, 1000]) {
      fake.forget()
      fake.script({ frames, cutEvery })
      const answer = await stageNative(fake).post('converse-stream', EVERYTHING)
      expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.equals(Buffer.concat(frames.map(encodeFrame)))).toBe(true)
    }
  })

  it('ends a stream that AWS breaks with one exception frame', async () => {
    const good = textFrames(['Hello']).slice(0, 2)
    const broken = { exception: 'throttlingException', payload: { message: 'slow down' } }
    fake.script({ frames: [...good, broken], cutEvery: 13 })
    const answer = await stageNative(fake).post('converse-stream', EVERYTHING)
    const frames = createEventStreamDecoder().read(new Uint8Array(await answer.arrayBuffer()))
    expect(frames.map(({ messageType, type }) => [messageType, type])).toEqual([
      ['event', 'messageStart'],
      ['event', 'contentBlockDelta'],
      ['exception', 'throttlingException'],
    ])
  })

  it("adds the operator's guardrail, tier and parameters, and keeps the rest", async () => {
    const { post } = stageNative(fake, {
      AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'ours',
      AWS_BEDROCK_GUARDRAIL_VERSION: '7',
      DEFAULT_MODEL_SERVICE_TIERS: '{"anthropic.claude": "priority"}',
      AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE: 'false',
    })
    const answer = await post('converse', EVERYTHING)
    expect(lastBody(fake)).toEqual({
      ...EVERYTHING,
      guardrailConfig: { guardrailIdentifier: 'ours', guardrailVersion: '7' },
      serviceTier: { type: 'priority' },
    })
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe('guardrailConfig, serviceTier')
  })

  it('fills in what the operator wants for a model, and mends the request as for everybody', async () => {
    const { post } = stageNative(fake, {
      DEFAULT_MODEL_PARAMS: '{"anthropic.claude": {"max_tokens": 77}}',
    })
    const messages = [{ role: 'user', content: [{ text: 'Hi' }, { text: '' }] }]
    await post('converse', { messages })
    expect(lastBody(fake)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 77 },
    })
  })

  it('keeps to 16 labels, of which the caller comes first', async () => {
    const own = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`k${at}`, 'v']))
    await stageNative(fake).post('converse', { ...EVERYTHING, requestMetadata: own })
    expect((fake.requests.at(-1)!.json as { requestMetadata: unknown }).requestMetadata).toEqual(
      own,
    )
  })

  it('names models by ARNs, encoded or raw, and asks for no kind that is switched off', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
    const { app, post } = stageNative(fake)
    expect((await post('converse', EVERYTHING, { model: arn })).status).toBe(200)
    const raw = { method: 'POST', body: JSON.stringify(EVERYTHING) }
    expect((await app.request(`/model/${arn}/converse`, raw)).status).toBe(200)
    const [one, two] = fake.requests.map(({ path }) => path)
    expect(one).toBe(`/model/${encodeURIComponent(arn)}/converse`)
    expect(two).toBe(one)
    const off = { AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'false' }
    const refused = await stageNative(fake, off).post('converse', EVERYTHING, { model: arn })
    expect(refused.headers.get('x-amzn-errortype')).toMatch(/Exception$/)
    expect(refused.status).toBeGreaterThanOrEqual(400)
  })
})

describe("Bedrock's errors", () => {
  it.each([
    [{ status: 400, errorType: 'ValidationException' }, 400, 'ValidationException'],
    [{ status: 403, errorType: 'AccessDeniedException' }, 403, 'AccessDeniedException'],
    [{ status: 404, errorType: 'ResourceNotFoundException' }, 404, 'ResourceNotFoundException'],
    [{ status: 429, errorType: 'ThrottlingException' }, 429, 'ThrottlingException'],
    [
      { status: 400, errorType: 'ServiceQuotaExceededException' },
      400,
      'ServiceQuotaExceededException',
    ],
    [{ status: 424, errorType: 'ModelErrorException' }, 424, 'ModelErrorException'],
    [{ status: 500, errorType: 'InternalServerException' }, 500, 'InternalServerException'],
    [{ status: 502 }, 500, 'InternalServerException'],
    [{ status: 503, errorType: 'ServiceUnavailableException' }, 503, 'ServiceUnavailableException'],
  ])('come back as AWS gave them: %j', async (script, status, type) => {
    fake.script({ ...script, body: { message: 'Why.' } })
    const answer = await stageNative(fake).post('converse', EVERYTHING)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-amzn-errortype')).toBe(type)
    expect(await answer.json()).toEqual({ message: expect.any(String), __type: type })
  })

  // Recorded of five operations; PydanticAI and Strands read the very sentence.
  it.each(['AWS', 'the gateway'])(
    'answer as AWS does where %s does not know the model',
    async (who) => {
      const said = 'The provided model identifier is invalid.'
      fake.script({ status: 400, errorType: 'ValidationException', body: { message: said } })
      const model = who === 'AWS' ? 'anthropic.claude-of-nobody-v1:0' : 'nope'
      const answer = await stageNative(fake).post('converse', EVERYTHING, { model })
      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
        400,
        'ValidationException',
      ])
      expect(await answer.json()).toMatchObject({ message: said, __type: 'ValidationException' })
      expect(fake.requests).toHaveLength(who === 'AWS' ? 1 : 0)
    },
  )

  it('tell beside it what is known of the name', async () => {
    const answer = await stageNative(fake).post('converse', EVERYTHING, { model: 'nova-light' })
    expect(await answer.json()).toEqual({
      message: 'The provided model identifier is invalid.',
      __type: 'ValidationException',
      details: expect.stringContaining('The model `nova-light` does not exist'),
    })
  })

  it('say of a model that is gone that it was there, as AWS does', async () => {
    const model = 'anthropic.claude-v2'
    const { post } = stageNative(fake, {
      AWS_BEDROCK_DEPRECATED_MODELS: JSON.stringify({ [model]: MODEL }),
      AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK: 'false',
    })
    const answer = await post('converse', EVERYTHING, { model })
    expect([answer.status, await answer.json()]).toEqual([
      404,
      {
        message: `The model \`${model}\` has been retired. Use \`${MODEL}\` instead.`,
        __type: 'ResourceNotFoundException',
      },
    ])
  })

  it.each([
    ['no JSON', '{', 'ValidationException', 400],
    ['a role nobody has', { messages: [{ role: 'bot', content: [] }] }, 'ValidationException', 400],
    ['a list', [], 'ValidationException', 400],
  ])('name what is wrong with %s', async (_, body, type, status) => {
    const answer = await stageNative(fake).post('converse', body)
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, type])
    expect(fake.requests).toEqual([])
  })

  it('refuse what is missing or wrong about the key with 403, as AWS does', async () => {
    const { post } = stageNative(fake, { API_KEY: 'k' })
    const shown: Record<string, string>[] = [{}, { authorization: 'Bearer wrong' }]
    for (const headers of shown) {
      const answer = await post('converse', EVERYTHING, { headers })
      expect(answer.status).toBe(403)
      expect(answer.headers.get('x-amzn-errortype')).toBe('UnrecognizedClientException')
    }
    const signed = 'AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/bedrock/aws4_request'
    const answer = await post('converse', EVERYTHING, { headers: { authorization: signed } })
    expect(((await answer.json()) as { message: string }).message).toContain(
      'BEDROCK_API_CREDENTIALS',
    )
    const good = await post('converse', EVERYTHING, { headers: { authorization: 'Bearer k' } })
    expect(good.status).toBe(200)
  })
})
