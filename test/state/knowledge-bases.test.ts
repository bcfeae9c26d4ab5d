import { describe, expect, it } from 'vitest'
import { expectLegal, heard } from './legal-orders.ts'
import { shakenStage, type Tenant } from './shaken-stores.ts'

const stage = shakenStage()
const ROOT = '/v1/knowledge-bases'

interface Known {
  base: string
  source: string
}

const DOCUMENTS = ['river', 'long river', 'wide river'].map((text, at) => ({ id: `${at}`, text }))

const newBase = async (tenant: Tenant): Promise<string> =>
  (await tenant(ROOT, { body: { name: 'rivers' } })).json.knowledgeBaseId

async function made(): Promise<Known> {
  const base = `${ROOT}/${await newBase(stage.one)}`
  const dataSourceConfiguration = {
    type: 'INLINE',
    inlineConfiguration: { documents: DOCUMENTS },
  }
  const body = { name: 'words', dataSourceConfiguration }
  const { json } = await stage.one(`${base}/data-sources`, { body })
  const source = `${base}/data-sources/${json.dataSourceId}`
  await stage.one(`${source}/sync`, { method: 'POST' })
  return { base, source }
}

const nothing = () => undefined
const sync = heard(({ source }: Known) => stage.one(`${source}/sync`, { method: 'POST' }), nothing)
const query = heard(
  ({ base }: Known) => stage.one(`${base}/query`, { body: { query: 'river' } }),
  ({ retrievalResults }: { retrievalResults: object[] }) => retrievalResults.length,
)
const removeSource = heard(({ source }: Known) => stage.one(source, { method: 'DELETE' }), nothing)
const removeBase = heard(({ base }: Known) => stage.one(base, { method: 'DELETE' }), nothing)
const sources = heard(
  ({ base }: Known) => stage.one(`${base}/data-sources`, {}),
  (json: { dataSourceSummaries: object[] }) => json.dataSourceSummaries.length,
)
const left = async (known: Known) => [await sources(known), await query(known)]

describe('two at once on a knowledge base', () => {
  it.each([
    ['delete it', [removeBase, removeBase]],
    ['delete and ask it', [removeBase, query]],
    ['delete a source', [removeSource, removeSource]],
    ['read and delete a source', [sync, removeSource]],
    ['read a source anew and ask', [sync, query]],
    ['read a source twice', [sync, sync]],
  ] as const)('%s', (_, acts) => expectLegal(stage, { make: made, left }, acts))
})

describe('the list of knowledge bases', () => {
  it('goes on where it was when those of the page before are deleted', async () => {
    const { two } = stage
    const wanted = [await newBase(two), await newBase(two), await newBase(two)]
    const found: string[] = []
    for (let after = ''; found.length <= wanted.length; ) {
      const { json } = await two(`${ROOT}?max_results=1${after}`, {})
      for (const { knowledgeBaseId: id } of json.knowledgeBaseSummaries) {
        found.push(id)
        await two(`${ROOT}/${id}`, { method: 'DELETE' })
      }
      if (json.nextToken === null) break
      after = `&next_token=${json.nextToken}`
    }
    expect(found).toEqual(wanted)
  })
})
