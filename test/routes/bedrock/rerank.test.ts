import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { faultsIn, type ServiceModel } from '../../fakes/service-model.ts'
import { sharedJson } from '../../fakes/shared.ts'
import { type Json, stageNative } from './stage.ts'

const fake = await bedrockOfFile()
const model = sharedJson('specs/aws/bedrock-agent-runtime.service-2.json') as
  | ServiceModel
  | undefined

const ARN = 'arn:aws:bedrock:eu-west-1::foundation-model/cohere.rerank-v3-5:0'
const KEYS = { AWS_BEARER_TOKEN_BEDROCK: '', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }

const inline = (text: string) => ({
  type: 'INLINE',
  inlineDocumentSource: { type: 'TEXT', textDocument: { text } },
})
const SOURCES = [
  inline('Rivers carve valleys.'),
  {
    type: 'INLINE',
    inlineDocumentSource: { type: 'JSON', jsonDocument: { title: 'Granite is an igneous rock.' } },
  },
]

const asked = (configuration: Json = {}, more: Json = {}): Json => ({
  queries: [{ type: 'TEXT', textQuery: { text: 'Which rock is igneous?' } }],
  sources: SOURCES,
  rerankingConfiguration: {
    type: 'BEDROCK_RERANKING_MODEL',
    bedrockRerankingConfiguration: { modelConfiguration: { modelArn: ARN }, ...configuration },
  },
  ...more,
})

const rerank = (body: unknown, env: Record<string, string>) =>
  stageNative(fake, env).app.request('/rerank', { method: 'POST', body: JSON.stringify(body) })

describe('Rerank', () => {
  it('orders sources by the model that is named, in a region of this server', async () => {
    const results = [
      { index: 1, relevanceScore: 0.9 },
      { index: 0, relevanceScore: 0.1 },
    ]
    fake.script({ body: { results } })
    const body = asked({ numberOfResults: 2 })
    const env = { ...KEYS, AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: 'false' }
    const answer = await rerank(body, env)
    expect([answer.status, await answer.json()]).toEqual([200, { results }])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-amzn-requestid': answer.headers.get('x-request-id'),
      'x-outcrop-region': 'us-east-1',
    })
    const here = ARN.replace('eu-west-1', 'us-east-1')
    expect(fake.requests.map(({ path, json }) => [path, json])).toEqual([
      ['/rerank', asked({ numberOfResults: 2, modelConfiguration: { modelArn: here } })],
    ])
  })

  it('is answered by the embedded models', async () => {
    const answer = await rerank(asked(), { PROVIDER: 'embedded' })
    const written = (await answer.json()) as { results: { index: number }[] }
    expect(written.results.map(({ index }) => index)).toEqual([1, 0])
    expect(answer.headers.get('x-outcrop-provider')).toBe('embedded')
    if (model) expect(faultsIn(written, 'RerankResponse', model)).toEqual([])
  })

  it('takes bodies as the service model has them', () => {
    if (model) expect(faultsIn(asked({ numberOfResults: 1 }), 'RerankRequest', model)).toEqual([])
  })

  it.each([
    ['queries', { queries: [] }],
    ['sources', { sources: [] }],
    ['sources[0].inlineDocumentSource', { sources: [{ type: 'INLINE' }] }],
    ['rerankingConfiguration', { rerankingConfiguration: undefined }],
    ['nextToken', { nextToken: 'more' }],
  ])('refuses what is wrong about %s by its name, and asks nobody', async (name, more) => {
    const answer = await rerank(asked({}, more), KEYS)
    expect([answer.status, answer.headers.get('x-amzn-errortype'), fake.requests]).toEqual([
      400,
      'ValidationException',
      [],
    ])
    expect(((await answer.json()) as { message: string }).message).toContain(name)
  })

  it('names a model that does not rerank', async () => {
    const modelConfiguration = { modelArn: 'amazon.nova-lite-v1:0' }
    const answer = await rerank(asked({ modelConfiguration }), KEYS)
    expect([answer.status, fake.requests]).toEqual([400, []])
    expect(((await answer.json()) as { message: string }).message).toContain('nova-lite')
  })
})
