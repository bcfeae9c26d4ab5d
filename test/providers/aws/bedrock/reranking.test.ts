import { describe, expect, it } from 'vitest'
import { post } from '../../../features/embedding-stage.ts'
import { type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()

/** Signed requests, for the Rerank API takes no others. */
const SIGNED = {
  AWS_BEARER_TOKEN_BEDROCK: '',
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 's',
}

const COHERE = 'cohere.rerank-v3-5:0'
const AMAZON = 'amazon.rerank-v1:0'
const documents = ['first', 'second', 'third']

const source = (text: string) => ({
  type: 'INLINE',
  inlineDocumentSource: { type: 'TEXT', textDocument: { text } },
})

const rankedBy = (model: string, numberOfResults: number, more: Json = {}) => ({
  type: 'BEDROCK_RERANKING_MODEL',
  bedrockRerankingConfiguration: {
    numberOfResults,
    modelConfiguration: {
      modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${model}`,
      ...more,
    },
  },
})

const order = (...results: [index: number, relevanceScore: number][]) => ({
  results: results.map(([index, relevanceScore]) => ({ index, relevanceScore })),
})

describe('reranking', () => {
  it('asks the Rerank API, signed, and answers in its order', async () => {
    bedrock.fake.script({ body: order([2, 0.9], [0, 0.4]) })
    const { app } = bedrock.open(SIGNED)
    const { json, headers } = await post(app, '/v1/rerank', {
      model: COHERE,
      query: 'which?',
      documents,
      top_n: 2,
      max_tokens_per_doc: 100,
    })
    const [seen] = bedrock.fake.requests
    expect(seen!.path).toBe('/rerank')
    expect(seen!.headers['authorization']).toContain('/us-east-1/bedrock/aws4_request')
    expect(seen!.json).toEqual({
      queries: [{ type: 'TEXT', textQuery: { text: 'which?' } }],
      sources: documents.map(source),
      rerankingConfiguration: rankedBy(COHERE, 2, {
        additionalModelRequestFields: { max_tokens_per_doc: 100 },
      }),
    })
    expect(json).toEqual({
      id: expect.stringMatching(/^rerank-/),
      object: 'list',
      model: COHERE,
      results: [
        { index: 2, relevance_score: 0.9, document: { text: 'third' } },
        { index: 0, relevance_score: 0.4, document: { text: 'first' } },
      ],
      usage: { total_tokens: 0, search_units: 1 },
    })
    expect(headers.get('x-bedrock-model')).toBe(COHERE)
  })

  it("keeps from Amazon's model what it would refuse, and says so", async () => {
    bedrock.fake.script({ body: order([0, 1]) })
    const { app } = bedrock.open(SIGNED)
    const asked = { model: AMAZON, query: 'q', documents, max_tokens_per_doc: 100 }
    const { headers } = await post(app, '/v1/rerank', asked)
    const body = bedrock.fake.requests[0]!.json as Json
    expect(body['rerankingConfiguration']).toEqual(rankedBy(AMAZON, 3))
    expect(headers.get('x-outcrop-ignored-params')).toBe('max_tokens_per_doc')
  })

  it('is asked for by an ARN as well', async () => {
    bedrock.fake.script({ body: order([0, 1]) })
    const { app } = bedrock.open({ ...SIGNED, AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: 'true' })
    const model = `arn:aws:bedrock:us-east-1::foundation-model/${COHERE}`
    await post(app, '/v1/rerank', { model, query: 'q', documents })
    const body = bedrock.fake.requests[0]!.json as Json
    expect(body['rerankingConfiguration']).toEqual(rankedBy(COHERE, 3))
  })

  it('reads every page of an answer', async () => {
    bedrock.fake.script({ body: { ...order([1, 0.9]), nextToken: 'more' } })
    bedrock.fake.script({ body: order([0, 0.2]) })
    const { app } = bedrock.open(SIGNED)
    const asked = { model: COHERE, query: 'q', documents, return_documents: false }
    const { json } = await post(app, '/v1/rerank', asked)
    expect(bedrock.fake.requests.map((one) => (one.json as Json)['nextToken'])).toEqual([
      undefined,
      'more',
    ])
    expect(json['results']).toEqual([
      { index: 1, relevance_score: 0.9 },
      { index: 0, relevance_score: 0.2 },
    ])
  })

  it('leaves out blank documents, which AWS refuses, and puts them last', async () => {
    bedrock.fake.script({ body: order([1, 0.7], [0, 0.1]) })
    const { app } = bedrock.open(SIGNED)
    const asked = { model: COHERE, query: 'q', documents: ['a', ' ', 'b'], return_documents: false }
    const { json } = await post(app, '/v1/rerank', asked)
    expect((bedrock.fake.requests[0]!.json as Json)['sources']).toEqual(['a', 'b'].map(source))
    expect(json['results']).toEqual([
      { index: 2, relevance_score: 0.7 },
      { index: 0, relevance_score: 0.1 },
      { index: 1, relevance_score: 0 },
    ])
  })

  it("asks Cohere's model by InvokeModel under an API key", async () => {
    bedrock.fake.catalogue({ models: [{ modelId: COHERE, outputModalities: ['RERANKING'] }] })
    bedrock.fake.script({ body: { results: [{ index: 1, relevance_score: 0.8 }] } })
    const { app } = bedrock.open()
    const { json } = await post(app, '/v1/rerank', {
      model: 'rerank-v3.5',
      query: 'q',
      documents,
      top_k: 1,
      return_documents: false,
    })
    expect(bedrock.fake.requests[0]!.path).toBe(`/model/${encodeURIComponent(COHERE)}/invoke`)
    expect(bedrock.fake.requests[0]!.json).toEqual({
      query: 'q',
      documents,
      top_n: 1,
      api_version: 2,
    })
    expect(json['results']).toEqual([{ index: 1, relevance_score: 0.8 }])
  })

  it("says that Amazon's model cannot be asked under an API key alone", async () => {
    const { app } = bedrock.open()
    const { status, json } = await post(app, '/v1/rerank', { model: AMAZON, query: 'q', documents })
    expect(status).toBe(503)
    expect(json['error']).toMatchObject({ code: 'feature_unavailable' })
    expect(bedrock.fake.requests).toEqual([])
  })

  it('asks the next region when the first is throttled', async () => {
    bedrock.fake.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'no' } })
    bedrock.fake.script({ body: order([0, 1]) })
    const { app } = bedrock.open({ ...SIGNED, AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2' })
    const asked = { model: COHERE, query: 'q', documents }
    const { headers } = await post(app, '/v1/rerank', asked)
    expect(headers.get('x-outcrop-region')).toBe('us-west-2')
    expect(JSON.stringify(bedrock.fake.requests[1]!.json)).toContain(
      'arn:aws:bedrock:us-west-2::foundation-model/cohere.rerank-v3-5:0',
    )
  })
})

it('names the documents where AWS says that all that was sent is too long', async () => {
  const body = { message: 'Input is too long for requested model.' }
  bedrock.fake.script({ status: 400, errorType: 'ValidationException', body })
  const { app } = bedrock.open(SIGNED)
  const { status, json } = await post(app, '/v1/rerank', { model: COHERE, query: 'q', documents })
  const error = { param: 'documents', code: 'context_length_exceeded' }
  expect({ status, json }).toMatchObject({ status: 400, json: { error } })
})

const REFUSALS: [title: string, asked: Json, error: Json][] = [
  ['no documents', { documents: [] }, { param: 'documents', code: 'empty_array' }],
  ['documents that are numbers', { documents: [1] }, { param: 'documents[0]' }],
  ['blank documents', { documents: [' ', ''] }, { param: 'documents' }],
  ['an empty query', { query: '' }, { param: 'query' }],
  ['a blank query', { query: ' \n' }, { param: 'query' }],
  ['too long a query', { query: 'q'.repeat(32_001) }, { param: 'query' }],
  ['no results wanted', { top_n: 0 }, { param: 'top_n', code: 'integer_below_min_value' }],
  [
    'more than 1,000 documents',
    { documents: Array.from({ length: 1001 }, () => 'a') },
    { param: 'documents', code: 'array_above_max_length' },
  ],
  ['a model that chats', { model: 'amazon.nova-lite-v1:0' }, { param: 'model' }],
  ['an embedding model', { model: 'cohere.embed-v4:0' }, { param: 'model' }],
]

describe('reranking refuses', () => {
  it.each(REFUSALS)('%s', async (_, asked, error) => {
    const { app } = bedrock.open(SIGNED)
    const { status, json } = await post(app, '/v1/rerank', {
      model: COHERE,
      query: 'q',
      documents,
      ...asked,
    })
    expect({ status, json }).toMatchObject({ status: 400, json: { error } })
    expect(bedrock.fake.requests).toEqual([])
  })
})
