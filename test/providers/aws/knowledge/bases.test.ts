import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tagValue } from '../../../../app/providers/aws/knowledge/access.ts'
import { readPassage } from '../../../../app/providers/aws/knowledge/search.ts'
import { DOCUMENTS, knowledgeContract } from '../../../contracts/knowledge-bases.ts'
import { type FakeKnowledge, startFakeKnowledge } from '../../../fakes/fake-knowledge.ts'
import { faultsIn, type ServiceModel } from '../../../fakes/service-model.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'
import { BASE, callOf, open, SOURCE } from './stage.ts'

let fake: FakeKnowledge
beforeAll(async () => {
  fake = await startFakeKnowledge()
})
beforeEach(() => fake.reset())
afterAll(() => fake.close())

const documents = () =>
  DOCUMENTS.map(({ id, text, metadata }) => ({ key: `${id}.txt`, text, metadata }))

knowledgeContract('aws', async () => {
  fake.reset()
  fake.bucket.push(...documents())
  return { bases: open(fake), base: BASE, source: SOURCE }
})

const anna = callOf('anna')
const page = { limit: 10 }

describe('what AWS is sent', () => {
  it('is signed for bedrock, with credentials even beside an API key', async () => {
    await open(fake, { AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }).list(page, anna)
    const [{ method, path, json, signature, headers }] = fake.requests as [
      (typeof fake.requests)[0],
    ]
    expect({ method, path, json, signature }).toEqual({
      method: 'POST',
      path: '/knowledgebases/',
      json: { maxResults: 10 },
      signature: 'valid',
    })
    expect(headers['authorization']).toMatch(/\/us-east-1\/bedrock\/aws4_request/)
  })

  it('holds every storage and data source as it came, and whose it is', async () => {
    const bases = open(fake)
    const tags = { team: 'blue', 'outcrop:owner': 'ben' }
    const { id } = await bases.create({ name: 'kb', settings: BASE, tags }, anna)
    await bases.sources.create(id, { name: 'web', settings: SOURCE }, anna)
    const [create, source] = fake.requests.filter(({ method }) => method === 'PUT')
    expect(create!.json).toEqual({
      clientToken: expect.stringMatching(/^.{33,256}$/),
      name: 'kb',
      ...BASE,
      tags: { team: 'blue', 'outcrop:owner': 'anna' },
    })
    expect(source!.json).toEqual({
      clientToken: expect.any(String),
      name: 'web',
      ...SOURCE,
    })
  })

  it('says how many results are wanted, and how they are looked for', async () => {
    const id = fake.plant('kb', documents())
    const bases = open(fake, { KNOWLEDGE_BASES: id })
    const filter = { equals: { key: 'year', value: 2024 } }
    const native = { vectorSearchConfiguration: { rerankingConfiguration: RERANKING } }
    const search = { results: 3, manner: 'hybrid', filter, native } as const
    await bases.retrieve({ base: id, text: 'refunds', ...search }, anna)
    await bases.retrieve({ base: id, text: 'refunds' }, anna)
    const managed = { managedSearchConfiguration: {} }
    await bases.retrieve({ base: id, text: 'refunds', results: 2, native: managed }, anna)
    expect(fake.requests.map(({ json }) => json)).toEqual([
      {
        retrievalQuery: { text: 'refunds' },
        retrievalConfiguration: {
          vectorSearchConfiguration: {
            rerankingConfiguration: RERANKING,
            numberOfResults: 3,
            overrideSearchType: 'HYBRID',
            filter,
          },
        },
      },
      { retrievalQuery: { text: 'refunds' } },
      {
        retrievalQuery: { text: 'refunds' },
        retrievalConfiguration: { managedSearchConfiguration: { numberOfResults: 2 } },
      },
    ])
  })

  it.skipIf(!sharedRoot())('fits the service model of Retrieve', async () => {
    const model = sharedJson('specs/aws/bedrock-agent-runtime.service-2.json') as ServiceModel
    const id = fake.plant('kb', documents())
    const filter = { andAll: [{ equals: { key: 'a', value: 1 } }, { in: { key: 'b', value: [] } }] }
    const search = { results: 100, manner: 'semantic', filter } as const
    await open(fake, { KNOWLEDGE_BASES: '*' }).retrieve({ base: id, text: 'x', ...search }, anna)
    expect(faultsIn(fake.requests[0]!.json, 'RetrieveRequest', model)).toEqual([])
    expect(model.operations['Retrieve']!.http.requestUri.replace('{knowledgeBaseId}', id)).toBe(
      fake.requests[0]!.path,
    )
  })
})

const RERANKING = {
  type: 'BEDROCK_RERANKING_MODEL',
  bedrockRerankingConfiguration: { modelConfiguration: { modelArn: 'arn:aws:bedrock:x' } },
}

describe('whose knowledge bases are', () => {
  const seen = async (env: Record<string, string>) =>
    (await open(fake, env).list(page, anna)).items.map(({ name }) => name)

  it('lets callers see what they created, and what is listed', async () => {
    const [hr] = [fake.plant('hr'), fake.plant('sales'), fake.plant('mine', [], OWNED)]
    expect(await seen({})).toEqual(['mine'])
    expect(await seen({ KNOWLEDGE_BASES: hr! })).toEqual(['hr', 'mine'])
    expect(await seen({ KNOWLEDGE_BASES: '*' })).toEqual(['hr', 'sales', 'mine'])
  })

  it('asks AWS for an owner once', async () => {
    const id = fake.plant('mine', documents(), OWNED)
    const bases = open(fake)
    await bases.retrieve({ base: id, text: 'refunds' }, anna)
    await bases.retrieve({ base: id, text: 'refunds' }, anna)
    expect(fake.requests.map(({ path }) => path.replace(id, 'ID'))).toEqual([
      '/knowledgebases/ID',
      `/tags/${encodeURIComponent('arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ID')}`,
      '/knowledgebases/ID/retrieve',
      '/knowledgebases/ID/retrieve',
    ])
  })

  it('lets nobody change what is only listed, unless the operator says so', async () => {
    const id = fake.plant('hr')
    const refused = { code: 'permission', param: 'knowledge_base_id' }
    const careful = open(fake, { KNOWLEDGE_BASES: '*' })
    await expect(careful.delete(id, anna)).rejects.toMatchObject(refused)
    const wish = { name: 'x', settings: SOURCE }
    await expect(careful.sources.create(id, wish, anna)).rejects.toMatchObject(refused)
    expect(fake.requests.some(({ method }) => method !== 'GET')).toBe(false)
    const generous = open(fake, { KNOWLEDGE_BASES: '*', KNOWLEDGE_BASE_CHANGES: 'listed' })
    expect(await generous.delete(id, anna)).toBe('DELETING')
  })

  it('lets nobody change anything where that is off', async () => {
    const id = fake.plant('mine', [], OWNED)
    const bases = open(fake, { KNOWLEDGE_BASE_CHANGES: 'off' })
    const refused = { code: 'permission' }
    await expect(bases.create({ name: 'x', settings: BASE }, anna)).rejects.toMatchObject(refused)
    await expect(bases.delete(id, anna)).rejects.toMatchObject(refused)
    expect((await bases.get(id, anna)).name).toBe('mine')
  })

  it('writes owners so that no two have the same tag', async () => {
    const long = 'x'.repeat(300)
    const owners = ['anna', 'anna ', 'änna', '=c3=a4nna', 'a,b', 'a=2cb', '', ' ', long, `${long}y`]
    const tags = await Promise.all(owners.map(tagValue))
    expect(new Set(tags).size).toBe(owners.length)
    expect(tags.every((tag) => /^[\w .:/=+@-]{1,256}$/.test(tag))).toBe(true)
    expect(tags[0]).toBe('anna')
  })
})

const OWNED = { 'outcrop:owner': 'anna' }

describe('what AWS refuses', () => {
  const open1 = () => {
    const id = fake.plant('kb', documents())
    return { id, bases: open(fake, { KNOWLEDGE_BASES: '*' }) }
  }
  it.each([
    [403, 'AccessDeniedException', { code: 'permission', param: 'knowledge_base_id' }],
    [404, 'ResourceNotFoundException', { code: 'not-found', param: 'knowledge_base_id' }],
    [400, 'ValidationException', { code: 'invalid-request', message: 'No.' }],
    [409, 'ConflictException', { code: 'conflict' }],
    [429, 'ThrottlingException', { code: 'rate-limit' }],
    [424, 'DependencyFailedException', { code: 'upstream' }],
    [500, 'InternalServerException', { code: 'upstream' }],
    [403, 'ExpiredTokenException', { code: 'upstream' }],
  ])('%i %s', async (status, type, expected) => {
    const { id, bases } = open1()
    fake.refuse('/retrieve', status, type, 'No.')
    const asked = bases.retrieve({ base: id, text: 'x' }, anna)
    await expect(asked).rejects.toMatchObject(expected)
  })

  it('says what a base is missing before AWS is asked', async () => {
    const { roleArn: _, ...settings } = BASE
    await expect(open(fake).create({ name: 'kb', settings }, anna)).rejects.toMatchObject({
      code: 'invalid-request',
      param: 'roleArn',
    })
    expect(fake.requests).toEqual([])
  })
})

describe('results that are no plain text', () => {
  it.each([
    [
      { content: { type: 'AUDIO', audio: { s3Uri: 's3://a/b', transcription: 'Spoken.' } } },
      'Spoken.',
    ],
    [{ content: { type: 'VIDEO', video: { s3Uri: 's3://a/b', summary: 'Seen.' } } }, 'Seen.'],
    [
      {
        content: {
          type: 'ROW',
          row: [
            { columnName: 'city', columnValue: 'Lyon', type: 'STRING' },
            { columnName: 'people', columnValue: '5', type: 'LONG' },
          ],
        },
      },
      'city: Lyon\npeople: 5',
    ],
    [{ content: { type: 'IMAGE', byteContent: 'data:image/png;base64,AA==' } }, ''],
  ])('%j', (wire, text) => {
    expect(readPassage(wire)).toMatchObject({ text, kind: wire.content.type.toLowerCase() })
  })
})
