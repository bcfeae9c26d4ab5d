import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { startFakeRegions } from '../../fakes/fake-regions.ts'
import { recordings, sharedRoot } from '../../fakes/shared.ts'
import { base64, plain } from '../../features/image-stage.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { type Json, stageNative } from './stage.ts'

const fake = await bedrockOfFile()

const TITAN = 'amazon.titan-embed-text-v2:0'
const CANVAS = 'amazon.nova-canvas-v1:0'
const RERANKER = 'cohere.rerank-v3-5:0'
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0'

// As no JSON.stringify would write it, so that nobody can have written it anew.
const ASKED = '{ "inputText" : "Grüße",  "dimensions":256.0, "normalize":true }'
const SAID = '{"embedding" : [0.10, 1e-3],"inputTextTokenCount":3 }'
const VECTOR = { body: SAID, headers: { 'x-amzn-bedrock-input-token-count': '3' } }

const invoke = (
  body: unknown,
  { env, ...options }: { env?: Record<string, string>; model?: string; headers?: Json } = {},
) =>
  stageNative(fake, env).post('invoke', body, {
    model: TITAN,
    ...(options as { model?: string; headers?: Record<string, string> }),
  })

const asked = () => fake.requests.map(({ path, text }) => [path, text])
const pathOf = (model: string) => `/model/${encodeURIComponent(model)}/invoke`

describe.skipIf(!sharedRoot())('recorded embeddings', () => {
  const whole = recordings('aws/InvokeModel').filter(
    ({ file, request, response }) =>
      file.includes('embed') && request.body && response.status === 200,
  )

  it.each(whole.map((one) => [one.file, one] as const))(
    'ask and come back as they were: %s',
    async (_, recording) => {
      fake.respond(recording)
      const body = JSON.stringify(recording.request.body)
      const { modelId: model, response } = recording
      fake.catalogue(
        model.startsWith('arn:') || !model.includes('.') ? profile(model) : { models: [] },
      )
      const answer = await invoke(body, { model: nameOf(recording.request.path) })
      expect(await answer.text()).toBe(JSON.stringify(response.body))
      const counted = response.headers['x-amzn-bedrock-input-token-count']
      if (counted) expect(answer.headers.get('x-amzn-bedrock-input-token-count')).toBe(counted)
      expect(asked()).toEqual([[pathOf(nameOf(recording.request.path)), body]])
    },
  )

  const nameOf = (path: string) => decodeURIComponent(path.split('/')[2]!)
  const profile = (id: string) => ({
    models: [{ modelId: TITAN, outputModalities: ['EMBEDDING'] }],
    profiles: [
      {
        inferenceProfileId: id,
        inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/${id}`,
        type: 'APPLICATION' as const,
        models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${TITAN}` }],
      },
    ],
  })
})

describe("a body of a model's own", () => {
  it('reaches AWS to the letter, and the answer comes back to the letter', async () => {
    fake.script(VECTOR)
    const headers = { 'x-amzn-bedrock-request-metadata': '{"team":"blue"}' }
    const answer = await invoke(ASKED, { headers })
    expect(await answer.text()).toBe(SAID)
    expect(asked()).toEqual([[pathOf(TITAN), ASKED]])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-bedrock-input-token-count': '3',
      'x-amzn-requestid': answer.headers.get('x-request-id'),
      'x-token-usage-input': '3',
      'x-outcrop-provider': 'aws',
      'x-outcrop-region': 'us-east-1',
    })
    const labels = JSON.parse(fake.requests[0]!.headers['x-amzn-bedrock-request-metadata']!)
    expect(labels).toMatchObject({
      team: 'blue',
      request_id: answer.headers.get('x-request-id'),
    })
  })

  it('has pictures counted in what is drawn, and other models their searches', async () => {
    const { post, log } = stageNative(fake)
    fake.script({ body: { images: ['AAAA', 'BBBB'] } })
    const drawing = {
      taskType: 'TEXT_IMAGE',
      textToImageParams: { text: 'A cat' },
      imageGenerationConfig: { numberOfImages: 3 },
    }
    const drawn = await post('invoke', drawing, { model: CANVAS })
    expect(await drawn.json()).toEqual({ images: ['AAAA', 'BBBB'] })
    expect(drawn.headers.get('x-amzn-bedrock-input-token-count')).toBe(null)
    fake.forget()
    const results = [{ index: 1, relevance_score: 0.5 }]
    fake.script({ body: { results } })
    const ranking = { query: 'q', documents: ['a', 'b'], api_version: 2 }
    const ranked = await post('invoke', ranking, { model: RERANKER })
    expect(await ranked.json()).toEqual({ results })
    expect(asked()).toEqual([
      [pathOf(CANVAS), JSON.stringify(drawing)],
      [pathOf(RERANKER), JSON.stringify(ranking)],
    ])
    const lines = log().filter(({ path }) => String(path).endsWith('/invoke'))
    expect(lines.map(({ operation, usage }) => [operation, usage])).toMatchObject([
      ['image', { images: 2 }],
      ['rerank', { searches: 1 }],
    ])
  })

  it('goes to a model nobody here has heard of, of a maker who is known', async () => {
    fake.script(VECTOR)
    const model = 'cohere.embed-v9:0'
    const body = '{"texts":["a"],"mood":"blue"}'
    expect(await (await invoke(body, { model })).text()).toBe(SAID)
    expect(asked()).toEqual([[pathOf(model), body]])
  })

  it('goes to the very model it is for, though that has a successor', async () => {
    fake.catalogue({ models: [{ modelId: TITAN, outputModalities: ['EMBEDDING'] }] })
    const { app, post } = stageNative(fake)
    await app.request('/v1/models')
    fake.script(VECTOR)
    const model = 'amazon.titan-embed-text-v1'
    expect((await post('invoke', { inputText: 'a' }, { model })).status).toBe(200)
    expect(asked()).toEqual([[pathOf(model), '{"inputText":"a"}']])
  })

  it('is found by an alias, with what the operator wants said along', async () => {
    fake.script(VECTOR)
    const MODEL_ALIASES = JSON.stringify({
      vectors: { model: TITAN, extra_params: { dimensions: 512, normalize: false } },
    })
    await invoke({ inputText: 'a', normalize: true }, { model: 'vectors', env: { MODEL_ALIASES } })
    const sent = { dimensions: 512, normalize: true, inputText: 'a' }
    expect(asked()).toEqual([[pathOf(TITAN), JSON.stringify(sent)]])
  })

  it('is refused in the words of AWS, which are told as they are', async () => {
    const message = 'Malformed input request: #: extraneous key [mood] is not permitted.'
    fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const answer = await invoke({ inputText: 'a', mood: 1 })
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'ValidationException',
    ])
    expect(await answer.json()).toMatchObject({ message })
  })

  it('asks the next region where one is throttled', async () => {
    const regions = await startFakeRegions(['us-east-1', 'us-west-2'])
    try {
      const body = { message: 'Too many requests' }
      regions.of('us-east-1').script({ status: 429, errorType: 'ThrottlingException', body })
      regions.of('us-west-2').script(VECTOR)
      const { runtime } = stagedRuntime(regions.env)
      const app = createApp({ ...runtime, transport: createUndiciTransport() })
      const answer = await app.request(pathOf(TITAN), { method: 'POST', body: ASKED })
      expect([await answer.text(), answer.headers.get('x-outcrop-region')]).toEqual([
        SAID,
        'us-west-2',
      ])
    } finally {
      await regions.close()
    }
  })

  it('is not streamed, and nobody is asked', async () => {
    const body = { inputText: 'a' }
    const streamed = await stageNative(fake).post('invoke-with-response-stream', body, {
      model: TITAN,
    })
    expect([streamed.status, streamed.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'ValidationException',
    ])
    expect(await streamed.json()).toMatchObject({
      message: 'The model is unsupported for streaming.',
    })
    expect(asked()).toEqual([])
  })

  it('is not asked by a key that may not ask the model', async () => {
    const env = {
      API_KEYS: JSON.stringify({
        eve: { key: 'eve-key-01234567890', denied_models: ['amazon.titan*'] },
      }),
    }
    const headers = { authorization: 'Bearer eve-key-01234567890' }
    const answer = await invoke({ inputText: 'a' }, { env, headers })
    expect([answer.status, answer.headers.get('x-amzn-errortype'), asked()]).toEqual([
      403,
      'AccessDeniedException',
      [],
    ])
  })
})

describe("addresses in S3 in a body of a model's own", () => {
  const body = (uri: string) => ({
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: 'GENERIC_INDEX',
      image: { format: 'png', source: { s3Location: { uri } } },
    },
  })

  it('lead to accepted buckets alone, whatever the member is called', async () => {
    const own = await invoke(body('s3://somebody/secret.png'), { model: NOVA })
    const odd = await invoke({ anything: [{ deep: ' S3://somebody/x' }] }, { model: NOVA })
    expect([own.status, odd.status, asked()]).toEqual([403, 400, []])
    fake.script({ body: { embeddings: [] } })
    const accepted = body('s3://pydantic-ai-test-files/a.png')
    expect((await invoke(accepted, { model: NOVA })).status).toBe(200)
    expect(asked()).toEqual([[pathOf(NOVA), JSON.stringify(accepted)]])
  })

  it.each(['s3://somebody/x', '\\u00733:\\/\\/somebody/x'])(
    'do not hide behind a member of the same name: %s',
    async (uri) => {
      fake.script({ body: { embeddings: [] } })
      const accepted = JSON.stringify(body('s3://pydantic-ai-test-files/a.png'))
      const twice = accepted.replace('{"uri"', `{"uri":"${uri}","uri"`)
      expect((await invoke(twice, { model: NOVA })).status).toBe(200)
      expect(asked()).toEqual([[pathOf(NOVA), accepted]])
    },
  )

  it('are words where words stand', async () => {
    fake.script(VECTOR)
    expect((await invoke({ inputText: 's3://somebody/x' })).status).toBe(200)
    const ranking = { query: 's3://b/c', documents: [{ at: 's3://b/c' }, 's3://b/d'] }
    expect((await invoke(ranking, { model: RERANKER })).status).toBe(200)
  })
})

describe("a guardrail and bodies of a model's own", () => {
  const env = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'house', AWS_BEDROCK_GUARDRAIL_VERSION: '3' }
  const passed = { body: { action: 'NONE', outputs: [], assessments: [{}] } }
  const APPLY = '/guardrail/house/version/3/apply'

  it('judges the words before the model is asked, and leaves them as they are', async () => {
    fake.script(passed)
    fake.script(VECTOR)
    expect(await (await invoke(ASKED, { env })).text()).toBe(SAID)
    expect(asked()).toEqual([
      [APPLY, '{"source":"INPUT","content":[{"text":{"text":"Grüße"}}]}'],
      [pathOf(TITAN), JSON.stringify(JSON.parse(ASKED))],
    ])
  })

  it('has what it judged sent, where a member is named twice', async () => {
    fake.script(passed)
    fake.script(VECTOR)
    await invoke('{"inputText":"bomb","inputText":"fine"}', { env })
    expect(asked()).toEqual([
      [APPLY, '{"source":"INPUT","content":[{"text":{"text":"fine"}}]}'],
      [pathOf(TITAN), '{"inputText":"fine"}'],
    ])
  })

  it('judges of documents that are objects their names as well', async () => {
    fake.script(passed)
    fake.script({ body: { results: [{ index: 0, relevance_score: 0.5 }] } })
    const documents = [{ 'a bomb': 1 }, 'b']
    const body = { query: 'q', documents, api_version: 2 }
    await invoke(body, { model: 'cohere.rerank-v3-5:0', env })
    const [[, judged], [, sent]] = asked() as [[string, string], [string, string]]
    expect(JSON.parse(judged).content).toEqual(
      ['{"a bomb":1}', 'b', 'q'].map((text) => ({ text: { text } })),
    )
    expect(sent).toBe(JSON.stringify(body))
  })

  it('masks in the body what is to be hidden, and blocks', async () => {
    const piiEntities = [{ type: 'EMAIL', match: 'a@b.c', action: 'ANONYMIZED' }]
    const assessments = [{ sensitiveInformationPolicy: { piiEntities, regexes: [] } }]
    const masked = { action: 'GUARDRAIL_INTERVENED', outputs: [{ text: '{EMAIL}' }], assessments }
    fake.script({ body: masked })
    fake.script(VECTOR)
    await invoke({ inputText: 'a@b.c' }, { env })
    expect(fake.requests.at(-1)!.json).toEqual({ inputText: '{EMAIL}' })
    fake.forget()
    fake.script({ body: { ...masked, outputs: [{ text: 'Not here.' }], assessments: [] } })
    const blocked = await invoke({ inputText: 'a@b.c' }, { env })
    expect([blocked.status, (await blocked.json()) as Json]).toEqual([
      400,
      expect.objectContaining({ message: 'Not here.' }),
    ])
    expect(fake.requests).toHaveLength(3)
  })

  it.each([
    ['a picture', 'amazon.titan-embed-image-v1', { inputText: 'a', inputImage: 'iVBORw0KGgo=' }],
    ['a body nobody here can read', 'cohere.embed-v4:0', { texts: ['a'], mood: 'blue' }],
    ['a body of another maker', TITAN, { texts: ['a'], input_type: 'search_query' }],
  ])('refuses %s, which it could not judge', async (_, model, body) => {
    const answer = await invoke(body, { model, env })
    expect([answer.status, answer.headers.get('x-amzn-errortype'), asked()]).toEqual([
      400,
      'ValidationException',
      [],
    ])
    expect(await answer.text()).toContain('guardrail')
  })

  it('goes along where AWS applies it to pictures', async () => {
    fake.script({ body: { images: [] } })
    const body = { taskType: 'BACKGROUND_REMOVAL', backgroundRemovalParams: { image: 'AAAA' } }
    await invoke(body, { model: CANVAS, env })
    expect(asked()).toEqual([[pathOf(CANVAS), JSON.stringify(body)]])
    expect(fake.requests[0]!.headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'house',
      'x-amzn-bedrock-guardrailversion': '3',
    })
  })

  it('is the one of the headers where a request may name one, else those are named', async () => {
    const headers = {
      'x-amzn-bedrock-guardrailidentifier': 'mine',
      'x-amzn-bedrock-guardrailversion': '1',
    }
    fake.script(passed)
    fake.script(VECTOR)
    expect((await invoke(ASKED, { headers })).status).toBe(200)
    fake.forget()
    fake.script(passed)
    fake.script(VECTOR)
    const other = await invoke(ASKED, { headers, env })
    expect(other.headers.get('x-outcrop-ignored-params')).toBe(Object.keys(headers).join(', '))
    expect(asked().map(([path]) => path)).toEqual([
      '/guardrail/mine/version/1/apply',
      pathOf(TITAN),
      APPLY,
      pathOf(TITAN),
    ])
  })
})

it('the pictures of a request may be large', async () => {
  fake.script({ body: { images: [] } })
  const image = base64(await plain(512, 512)).repeat(200)
  const body = JSON.stringify({
    taskType: 'IMAGE_VARIATION',
    imageVariationParams: { images: [image] },
  })
  expect((await invoke(body, { model: CANVAS })).status).toBe(200)
  expect(fake.requests[0]!.text).toBe(body)
})
