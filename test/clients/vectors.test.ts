import { CohereClient, CohereClientV2 } from 'cohere-ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Listening } from '../../runtimes/serving/serve-node.ts'
import { useFakeBedrock } from '../features/stage.ts'

const bedrock = useFakeBedrock()
const TITAN = 'amazon.titan-embed-text-v2:0'
const EMBED = 'cohere.embed-v4:0'
const RERANK = 'cohere.rerank-v3-5:0'

let server: Listening
let openai: OpenAI
let cohere1: CohereClient
let cohere2: CohereClientV2
beforeAll(async () => {
  server = await bedrock.serve()
  const root = `http://127.0.0.1:${server.port}`
  openai = new OpenAI({ apiKey: 'k', baseURL: `${root}/v1`, maxRetries: 0 })
  const options = { token: 'k', environment: `${root}/cohere` }
  cohere1 = new CohereClient(options)
  cohere2 = new CohereClientV2(options)
})
afterAll(() => server.stop())

describe('the openai SDK', () => {
  it('embeds, in base64 as it asks when nobody says otherwise', async () => {
    bedrock.fake.script({ body: { embedding: [0.5, -0.25, 1], inputTextTokenCount: 4 } })
    const { data, usage } = await openai.embeddings.create({ model: TITAN, input: ['a', 'b'] })
    expect(data.map(({ embedding }) => Array.from(embedding))).toEqual([
      [0.5, -0.25, 1],
      [0.5, -0.25, 1],
    ])
    expect(usage).toEqual({ prompt_tokens: 8, total_tokens: 8 })
  })

  it('embeds as floats', async () => {
    bedrock.fake.script({ body: { embedding: [0.1, 0.2], inputTextTokenCount: 1 } })
    const { data } = await openai.embeddings.create({
      model: TITAN,
      input: 'a',
      encoding_format: 'float',
      dimensions: 256,
    })
    expect(data[0]!.embedding).toEqual([0.1, 0.2])
    expect(bedrock.sent()).toEqual([{ inputText: 'a', dimensions: 256 }])
  })

  it('throws what it knows for a bad request', async () => {
    const asking = openai.embeddings.create({ model: TITAN, input: 'a', dimensions: 7 })
    await expect(asking).rejects.toThrow(OpenAI.BadRequestError)
    await expect(asking).rejects.toMatchObject({ param: 'dimensions', code: 'invalid_value' })
  })
})

describe('the cohere-ai SDK', () => {
  it('embeds by type', async () => {
    bedrock.fake.script({
      headers: { 'x-amzn-bedrock-input-token-count': '3' },
      body: { embeddings: { float: [[0.5], [1]], int8: [[3], [4]] } },
    })
    const answer = await cohere2.embed({
      model: EMBED,
      texts: ['a', 'b'],
      inputType: 'search_document',
      embeddingTypes: ['float', 'int8'],
    })
    expect(answer.embeddings).toMatchObject({ float: [[0.5], [1]], int8: [[3], [4]] })
    expect(answer.meta?.billedUnits?.inputTokens).toBe(3)
  })

  it('embeds in the form of version 1', async () => {
    bedrock.fake.script({ body: { embeddings: { float: [[0.5]] } } })
    const answer = await cohere1.embed({ model: EMBED, texts: ['a'], inputType: 'clustering' })
    expect(answer).toMatchObject({ responseType: 'embeddings_floats', embeddings: [[0.5]] })
  })

  it('reranks in both versions', async () => {
    bedrock.fake.script({ body: { results: [{ index: 1, relevance_score: 0.75 }] } })
    const asked = { model: RERANK, query: 'q', documents: ['a', 'b'], topN: 1 }
    const two = await cohere2.rerank(asked)
    expect(two.results).toEqual([{ index: 1, relevanceScore: 0.75 }])
    expect(two.meta?.billedUnits?.searchUnits).toBe(1)
    const one = await cohere1.rerank({ ...asked, returnDocuments: true })
    expect(one.results).toEqual([{ index: 1, relevanceScore: 0.75, document: { text: 'b' } }])
  })

  it('throws what it knows for a bad request', async () => {
    const asking = cohere2.embed({ model: EMBED, texts: [], inputType: 'search_query' })
    await expect(asking).rejects.toMatchObject({
      statusCode: 400,
      body: { message: expect.stringContaining('texts') },
    })
  })
})
