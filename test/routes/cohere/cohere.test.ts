import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { floatsOf, post, vectorOf } from '../../features/embedding-stage.ts'
import { type Json, useFakeBedrock } from '../../features/stage.ts'
import { stagedRuntime } from '../../http/stage.ts'

const { runtime } = stagedRuntime({ PROVIDER: 'embedded' })
const app = createApp(runtime)
const bedrock = useFakeBedrock()
const COHERE = 'cohere.embed-v4:0'
const TITAN = 'amazon.titan-embed-text-v2:0'

const PNG = `data:image/png;base64,${btoa('\x89PNG\r\n\x1a\n')}`

describe('embed', () => {
  it('answers version 2 by type, with what is billed', async () => {
    bedrock.fake.script({
      headers: { 'x-amzn-bedrock-input-token-count': '7' },
      body: {
        embeddings: { float: [vectorOf(1), vectorOf(2)], int8: [[1], [2]] },
        response_type: 'embeddings_by_type',
      },
    })
    const aws = bedrock.open().app
    const { json, headers } = await post(aws, '/cohere/v2/embed', {
      model: COHERE,
      texts: ['a', 'b'],
      input_type: 'search_query',
      embedding_types: ['float', 'int8'],
      output_dimension: 512,
      truncate: 'START',
      max_tokens: 9,
      priority: 1,
    })
    expect(bedrock.sent()).toEqual([
      {
        texts: ['a', 'b'],
        input_type: 'search_query',
        embedding_types: ['float', 'int8'],
        output_dimension: 512,
        truncate: 'START',
        max_tokens: 9,
      },
    ])
    expect(json).toEqual({
      id: headers.get('x-request-id'),
      response_type: 'embeddings_by_type',
      embeddings: { float: [vectorOf(1), vectorOf(2)], int8: [[1], [2]] },
      texts: ['a', 'b'],
      meta: { api_version: { version: '2' }, billed_units: { input_tokens: 7 } },
    })
    expect(headers.get('x-outcrop-ignored-params')).toBe('priority')
  })

  it('cuts a long text at its end where nobody says otherwise and the model can', async () => {
    const asked = async (path: string, body: Json, answer: object) => {
      bedrock.fake.forget()
      bedrock.fake.requests.length = 0
      bedrock.fake.script({ body: answer })
      const { headers } = await post(bedrock.open().app, `/cohere/${path}/embed`, body)
      return [bedrock.sent()[0]?.['truncate'], headers.get('x-outcrop-ignored-params')]
    }
    const vectors = { embeddings: { float: [vectorOf(1)] } }
    const texts = { model: COHERE, texts: ['a'] }
    expect(await asked('v2', texts, vectors)).toEqual(['END', null])
    expect(await asked('v1', texts, vectors)).toEqual(['END', null])
    expect(await asked('v2', { ...texts, truncate: 'NONE' }, vectors)).toEqual(['NONE', null])
    expect(await asked('v2', { model: COHERE, images: [PNG] }, vectors)).toEqual([undefined, null])
    const titan = { model: 'amazon.titan-embed-text-v2:0', texts: ['a'] }
    expect(await asked('v2', titan, { embedding: [1] })).toEqual([undefined, null])
  })

  it('answers version 1 with a plain list, unless types are named', async () => {
    const asked = { model: 'embed-v4.0', texts: ['a'] }
    const plain = await post(app, '/cohere/v1/embed', asked)
    const typed = await post(app, '/cohere/v1/embed', { ...asked, embedding_types: ['float'] })
    expect(plain.json).toMatchObject({
      response_type: 'embeddings_floats',
      texts: ['a'],
      meta: { api_version: { version: '1' }, billed_units: { input_tokens: 1 } },
    })
    expect((typed.json['embeddings'] as Json)['float']).toEqual(plain.json['embeddings'])
  })

  it('tells signs and base64 of models that know no forms but floats', async () => {
    bedrock.fake.script({ body: { embedding: [0.5, -1, 0, 2, 1, 1, -1, -1, 3] } })
    const aws = bedrock.open().app
    const { json } = await post(aws, '/cohere/v2/embed', {
      model: TITAN,
      texts: ['a'],
      embedding_types: ['ubinary', 'binary', 'base64'],
    })
    const { ubinary, binary, base64 } = json['embeddings'] as Record<string, unknown[]>
    expect(ubinary).toEqual([[0b10011100, 0b10000000]])
    expect(binary).toEqual([[0b10011100 - 128, 0]])
    expect(floatsOf(base64![0] as string)).toEqual([0.5, -1, 0, 2, 1, 1, -1, -1, 3])
    expect(bedrock.sent()).toEqual([{ inputText: 'a' }])
  })

  it('sends pictures, and what is text and picture as one', async () => {
    bedrock.fake.script({ body: { embeddings: { float: [vectorOf(1)] } } })
    const aws = bedrock.open().app
    const images = await post(aws, '/cohere/v2/embed', { model: COHERE, images: [PNG] })
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: PNG } },
    ]
    await post(aws, '/cohere/v2/embed', { model: COHERE, inputs: [{ content }] })
    expect(bedrock.sent()).toEqual([
      { images: [PNG], input_type: 'search_document' },
      { inputs: [{ content }], input_type: 'search_document' },
    ])
    expect(images.json).toMatchObject({ texts: [], meta: { billed_units: { images: 1 } } })
  })

  it('takes a text for a text, whatever it looks like', async () => {
    bedrock.fake.script({ body: { embeddings: { float: [vectorOf(1)] } } })
    const aws = bedrock.open().app
    await post(aws, '/cohere/v2/embed', { model: COHERE, texts: ['https://example.com/'] })
    expect(bedrock.sent()[0]!['texts']).toEqual(['https://example.com/'])
  })
})

describe('rerank', () => {
  const documents = [
    'Carson City is the capital city of the American state of Nevada.',
    'Bananas are yellow.',
    'Washington, D.C. is the capital of the United States.',
  ]
  const query = 'What is the capital of the United States?'

  it('puts the document first that answers the query', async () => {
    const asked = { model: 'rerank-v3.5', query, documents, top_n: 2 }
    const { json } = await post(app, '/cohere/v2/rerank', asked)
    const results = json['results'] as { index: number; relevance_score: number }[]
    expect(results.map(({ index }) => index)).toEqual([2, 0])
    expect(results[0]!.relevance_score).toBeGreaterThan(results[1]!.relevance_score)
    expect(json['meta']).toEqual({
      api_version: { version: '2' },
      billed_units: { search_units: 1 },
    })
  })

  it('reads the fields of documents, and gives them back, in version 1', async () => {
    const objects = documents.map((text, index) => ({ text: 'nothing', title: text, index }))
    const { json } = await post(app, '/cohere/v1/rerank', {
      model: 'rerank-v3.5',
      query,
      documents: objects,
      rank_fields: ['title'],
      return_documents: true,
      top_n: 1,
    })
    expect(json['results']).toEqual([
      { index: 2, relevance_score: expect.any(Number), document: objects[2] },
    ])
  })

  it('finds no fields that documents do not have', async () => {
    const score = async (rank_fields: string[]) => {
      const asked = { model: 'rerank-v3.5', query: 'undefined', documents: [{ title: 'a' }] }
      const { json } = await post(app, '/cohere/v1/rerank', { ...asked, rank_fields })
      return (json['results'] as { relevance_score: number }[])[0]!.relevance_score
    }
    expect(await score(['toString', 'title'])).toBe(await score(['title']))
  })
})

const model = 'embed-v4.0'
const rerank = { model: 'rerank-v3.5', query: 'q', documents: ['a'] }

const REFUSALS: [title: string, path: string, asked: Json, status: number, words: RegExp][] = [
  ['no model', '/v2/embed', { texts: ['a'] }, 400, /'model'/],
  ['nothing to embed', '/v2/embed', { model }, 400, /Exactly one of texts, images and inputs/],
  ['texts and images', '/v2/embed', { model, texts: ['a'], images: [PNG] }, 400, /several/],
  ['97 texts', '/v2/embed', { model, texts: new Array(97).fill('a') }, 400, /maximum length 96/],
  ['an empty text', '/v2/embed', { model, texts: ['a', ''] }, 400, /texts\[1\]/],
  [
    'an unknown type',
    '/v2/embed',
    { model, texts: ['a'], embedding_types: ['int4'] },
    400,
    /'float', 'int8'/,
  ],
  [
    'dimensions nobody has',
    '/v2/embed',
    { model, texts: ['a'], output_dimension: 9999 },
    400,
    /output_dimension/,
  ],
  [
    'a model that chats',
    '/v2/embed',
    { model: 'command-r', texts: ['a'] },
    400,
    /not an embedding/,
  ],
  ['chunks', '/v1/rerank', { ...rerank, max_chunks_per_doc: 3 }, 400, /max_chunks_per_doc/],
  [
    'a document without text',
    '/v1/rerank',
    { ...rerank, documents: [{ a: 1 }] },
    400,
    /\[0\]\.text/,
  ],
  [
    'an object in version 2',
    '/v2/rerank',
    { ...rerank, documents: [{ text: 'a' }] },
    400,
    /documents\[0\]/,
  ],
  ['documents that are all empty', '/v2/rerank', { ...rerank, documents: ['', ' '] }, 400, /all/],
  ['a query of blanks', '/v2/rerank', { ...rerank, query: ' ' }, 400, /'query': it is empty/],
  ['a path nobody knows', '/v2/chat', {}, 404, /chat/],
]

describe("Cohere's errors", () => {
  it.each(REFUSALS)('%s', async (_, path, asked, status, words) => {
    const answer = await post(app, `/cohere${path}`, asked)
    expect(answer.status).toBe(status)
    expect(Object.keys(answer.json)).toEqual(['message'])
    expect(answer.json['message']).toMatch(words)
  })

  it('names the types a model of Bedrock gives', async () => {
    const aws = bedrock.open().app
    const asked = { model: TITAN, texts: ['a'], embedding_types: ['int8'] }
    const { status, json } = await post(aws, '/cohere/v2/embed', asked)
    expect(status).toBe(400)
    expect(json['message']).toMatch(/embedding_types.*float, base64, binary, ubinary/)
  })
})
