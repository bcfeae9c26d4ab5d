import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { floatsOf, post, vectorsIn } from '../../features/embedding-stage.ts'
import { type Json, useFakeBedrock } from '../../features/stage.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { scriptedServer } from '../../providers/openai/scripted-server.ts'

const { runtime, log } = stagedRuntime({ PROVIDER: 'embedded' })
const app = createApp(runtime)
const ask = (body: unknown) => post(app, '/v1/embeddings', body)
const bedrock = useFakeBedrock()

const cosine = (one: number[], other: number[]) =>
  one.reduce((sum, value, index) => sum + value * other[index]!, 0)

describe('embeddings of the embedded provider', () => {
  it('put texts that are alike near to one another, with length 1', async () => {
    const { json } = await ask({
      model: 'text-embedding-3-small',
      input: [
        'The cat sat on the mat.',
        'A cat was sitting on a mat.',
        'Interest rates rose sharply in October.',
      ],
    })
    const [cat, sitting, rates] = vectorsIn(json) as number[][]
    expect(cat).toHaveLength(1536)
    expect(cosine(cat!, cat!)).toBeCloseTo(1, 5)
    expect(cosine(cat!, sitting!)).toBeGreaterThan(0.4)
    expect(cosine(cat!, rates!)).toBeLessThan(0.15)
    expect(json['model']).toBe('text-embedding-3-small')
  })

  it('say in the headers and in the log that they are embedded', async () => {
    const { headers } = await ask({ model: 'text-embedding-3-small', input: 'a b c' })
    expect(headers.get('x-outcrop-provider')).toBe('embedded')
    expect(headers.get('x-token-usage-input')).toBe('3')
    expect(log().at(-1)).toMatchObject({ model_id: 'text-embedding-3-small', provider: 'embedded' })
  })

  it('give the same floats in base64', async () => {
    const asked = { model: 'embedded-embedding', input: 'hello', dimensions: 8 }
    const floats = vectorsIn((await ask(asked)).json)[0] as number[]
    const base64 = vectorsIn((await ask({ ...asked, encoding_format: 'base64' })).json)[0]
    expect(floats).toHaveLength(8)
    expect(floatsOf(base64 as string)).toEqual(floats)
  })

  it('keep 2,048 inputs in order', async () => {
    const input = Array.from({ length: 2048 }, (_, index) => `word${index}`)
    const { json } = await ask({ model: 'embed', input, dimensions: 32 })
    const vectors = vectorsIn(json)
    expect(vectors).toHaveLength(2048)
    for (const at of [0, 777, 2047]) {
      const alone = await ask({ model: 'embed', input: input[at], dimensions: 32 })
      expect(vectorsIn(alone.json)).toEqual([vectors[at]])
    }
  })

  it('read pictures, as texts and as data', async () => {
    const picture = `data:image/png;base64,${btoa('\x89PNG\r\n\x1a\n and so on and on')}`
    const { json } = await ask({ model: 'embedded-embedding', input: [picture, 'and so on'] })
    const [seen, read] = vectorsIn(json) as number[][]
    expect(cosine(seen!, seen!)).toBeCloseTo(1, 5)
    expect(Math.abs(cosine(seen!, read!))).toBeLessThan(0.2)
  })

  it('read a data URL of words as those words', async () => {
    const words = `data:text/plain;base64,${btoa('hello there')}`
    const { json } = await ask({ model: 'embed', input: [words, 'hello there'] })
    const [one, other] = vectorsIn(json)
    expect(one).toEqual(other)
  })

  it('name what had no effect', async () => {
    const { headers } = await ask({
      model: 'embed',
      input: 'a',
      input_type: 'search_query',
      normalize: true,
      api_base: 'http://elsewhere',
    })
    const ignored = headers.get('x-outcrop-ignored-params')?.split(', ').sort()
    expect(ignored).toEqual(['api_base', 'input_type', 'normalize'])
  })
})

interface Refusal {
  title: string
  asked: Json
  error: Json
}

const model = 'embedded-embedding'

const REFUSALS: Refusal[] = [
  {
    title: 'no input',
    asked: { model },
    error: { param: 'input', code: 'missing_required_parameter' },
  },
  { title: 'an empty text', asked: { model, input: '' }, error: { param: 'input' } },
  {
    title: 'an empty text in a list',
    asked: { model, input: ['a', ''] },
    error: { param: 'input[1]', message: "Invalid 'input[1]': input cannot be an empty string." },
  },
  {
    title: 'an empty list',
    asked: { model, input: [] },
    error: { param: 'input', code: 'empty_array' },
  },
  {
    title: 'more than 2,048 inputs',
    asked: { model, input: Array.from({ length: 2049 }, () => 'a') },
    error: {
      param: 'input',
      code: 'array_above_max_length',
      message:
        "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 2049 instead.",
    },
  },
  {
    title: 'tokens',
    asked: { model, input: [1, 2, 3] },
    error: { param: 'input', code: 'unsupported_parameter' },
  },
  {
    title: 'lists of tokens',
    asked: { model, input: [[1, 2], [3]] },
    error: { param: 'input', code: 'unsupported_parameter' },
  },
  {
    title: 'a text that is too long',
    asked: { model, input: ['a', 'word '.repeat(9000)] },
    error: { param: 'input[1]', code: 'context_length_exceeded' },
  },
  {
    title: 'a number among texts',
    asked: { model, input: ['a', null] },
    error: { param: 'input[1]', code: 'invalid_type' },
  },
  {
    title: 'another encoding',
    asked: { model, input: 'a', encoding_format: 'hex' },
    error: { param: 'encoding_format', code: 'invalid_value' },
  },
  {
    title: 'dimensions that are none',
    asked: { model, input: 'a', dimensions: 0 },
    error: { param: 'dimensions', code: 'integer_below_min_value' },
  },
  {
    title: 'more dimensions than there are',
    asked: { model, input: 'a', dimensions: 5000 },
    error: { param: 'dimensions', code: 'invalid_value' },
  },
  {
    title: 'forms this answer has no place for',
    asked: { model, input: 'a', embedding_types: ['int8'] },
    error: { param: 'embedding_types', code: 'unsupported_parameter' },
  },
  {
    title: 'a model that chats',
    asked: { model: 'gpt-4o', input: 'a' },
    error: { param: 'model', code: 'model_not_supported' },
  },
  {
    title: 'a broken data URL',
    asked: { model, input: ['data:image/png;base64,%%%'] },
    error: { param: 'input[0]', code: 'invalid_value' },
  },
  {
    title: 'a picture for a model of text',
    asked: {
      model: 'text-embedding-3-small',
      input: `data:image/png;base64,${btoa('\x89PNG\r\n\x1a\n')}`,
    },
    error: { param: 'input' },
  },
]

describe('what is refused', () => {
  it.each(REFUSALS)('$title', async ({ asked, error }) => {
    const { status, json } = await ask(asked)
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { error: { type: 'invalid_request_error', ...error } },
    })
  })

  it('what AWS finds too long, with the place of the text', async () => {
    bedrock.fake.script({ body: { embedding: [1], inputTextTokenCount: 1 } })
    bedrock.fake.script({
      status: 400,
      errorType: 'ValidationException',
      body: { message: '400 Bad Request: Too many input tokens. Max input tokens: 8192.' },
    })
    const aws = bedrock.open({ MAX_CONCURRENT_EMBEDDINGS: '1' }).app
    const asked = { model: 'amazon.titan-embed-text-v2:0', input: ['a', 'b'] }
    const { status, json } = await post(aws, '/v1/embeddings', asked)
    expect(status).toBe(400)
    expect(json['error']).toMatchObject({ param: 'input[1]', code: 'context_length_exceeded' })
  })

  it('names what Bedrock refuses before the model has it: a field, or one of many inputs', async () => {
    const refused = (message: string) =>
      bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const aws = bedrock.open({ MAX_CONCURRENT_EMBEDDINGS: '1' }).app
    refused('Malformed input request: extraneous key [pooling] is not permitted, please reformat.')
    const field = { model: 'amazon.titan-embed-text-v2:0', input: 'a', pooling: 'mean' }
    expect((await post(aws, '/v1/embeddings', field)).json['error']).toMatchObject({
      param: 'pooling',
    })
    bedrock.fake.forget()
    bedrock.fake.script({ body: { embeddings: Array.from({ length: 96 }, () => [1]) } })
    refused('Malformed input request: #/texts/3: expected maxLength: 2048, actual: 2500')
    const many = Array.from({ length: 101 }, (_, at) => `text ${at}`)
    const { json } = await post(aws, '/v1/embeddings', {
      model: 'cohere.embed-english-v3',
      input: many,
    })
    expect(json['error']).toMatchObject({ param: 'input[99]' })
  })
})

it('tells about how much an upstream has read that does not tell', async () => {
  const upstream = scriptedServer([{ id: 'text-embedding-3-small' }])
  upstream.answer({ body: { data: [{ index: 0, embedding: [1] }] } })
  const staged = stagedRuntime({ PROVIDER: 'openai', OPENAI_API_KEY: 'sk-1' })
  const relay = createApp({ ...staged.runtime, transport: upstream.transport })
  const body = { model: 'text-embedding-3-small', input: 'seven letters, or some more' }
  const { json } = await post(relay, '/v1/embeddings', body)
  expect(json['usage']).toEqual({ prompt_tokens: 12, total_tokens: 12 })
})

describe('the log line of embeddings by Bedrock', () => {
  const titan = { model: 'amazon.titan-embed-text-v2:0', input: 'a', user: 'ada' }
  const asked = {
    operation: 'embedding',
    model_id: titan.model,
    request_user_id: 'ada',
    provider: 'aws',
    attempts: 1,
    stream: false,
  }

  it('tells who answered, where and how fast', async () => {
    bedrock.fake.script({ body: { embedding: [1], inputTextTokenCount: 1 } })
    const { app: aws, log } = bedrock.open()
    const { headers } = await post(aws, '/v1/embeddings', titan)
    expect(log().at(-1)).toMatchObject({
      ...asked,
      region: 'us-east-1',
      served_model_id: titan.model,
      upstream_time_ms: expect.any(Number),
      usage: { input_tokens: 1 },
    })
    expect(headers.get('server-timing')).toMatch(/^gateway;dur=[\d.]+, upstream;dur=[\d.]+$/)
  })

  it('tells who was asked where nobody answered', async () => {
    bedrock.fake.script({
      status: 403,
      errorType: 'AccessDeniedException',
      body: { message: 'You may not.' },
    })
    const { app: aws, log } = bedrock.open()
    expect((await post(aws, '/v1/embeddings', titan)).status).toBe(403)
    expect(log().at(-1)).toMatchObject(asked)
  })
})

describe('names', () => {
  it('does not let a successor answer for a model whose vectors are others', async () => {
    bedrock.fake.catalogue({
      models: [{ modelId: 'amazon.titan-embed-text-v2:0', outputModalities: ['EMBEDDING'] }],
    })
    bedrock.fake.script({
      status: 404,
      errorType: 'ResourceNotFoundException',
      body: { message: 'This model version has reached the end of its life.' },
    })
    const aws = bedrock.open().app
    const asked = { model: 'amazon.titan-embed-text-v1', input: 'a' }
    const { status, json } = await post(aws, '/v1/embeddings', asked)
    expect(bedrock.fake.requests[0]!.path).toContain('titan-embed-text-v1')
    expect(status).toBe(404)
    expect(json['error']).toMatchObject({
      code: 'model_not_found',
      message: expect.stringContaining('Names like it: `amazon.titan-embed-text-v2:0`'),
    })
  })

  it.each([
    ['an alias', 'mine'],
    ['a prefix', 'aws/amazon.titan-embed-text-v1'],
  ])('does not let it answer behind %s either', async (_, model) => {
    bedrock.fake.catalogue({
      models: [{ modelId: 'amazon.titan-embed-text-v2:0', outputModalities: ['EMBEDDING'] }],
    })
    bedrock.fake.script({ body: { embedding: [1], inputTextTokenCount: 1 } })
    const MODEL_ALIASES = JSON.stringify({ mine: 'amazon.titan-embed-text-v1' })
    const { headers } = await post(bedrock.open({ MODEL_ALIASES }).app, '/v1/embeddings', {
      model,
      input: 'a',
    })
    expect(headers.get('x-bedrock-model')).toBe('amazon.titan-embed-text-v1')
  })

  it("leads OpenAI's names to models of Bedrock", async () => {
    bedrock.fake.script({ body: { embedding: [1], inputTextTokenCount: 1 } })
    const aws = bedrock.open().app
    const asked = { model: 'text-embedding-3-small', input: 'a' }
    const { json, headers } = await post(aws, '/v1/embeddings', asked)
    expect(json['model']).toBe('text-embedding-3-small')
    expect(headers.get('x-bedrock-model')).toBe('amazon.titan-embed-text-v2:0')
  })

  it('are found by what they can do', async () => {
    const found = await app.request('/search_models?route=/v1/embeddings')
    expect(((await found.json()) as Json[]).map(({ id }) => id)).toEqual(['embedded-embedding'])
    const models = (await (await app.request('/v1/models')).json()) as { data: Json[] }
    const listed = models.data.filter(({ id }) => /embedding|reranker/.test(String(id)))
    expect(listed.map(({ id, output_modalities }) => [id, output_modalities])).toEqual([
      ['embedded-embedding', ['embedding']],
      ['embedded-reranker', ['reranking']],
    ])
  })
})
