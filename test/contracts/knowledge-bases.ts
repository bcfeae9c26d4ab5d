import { beforeEach, describe, expect, it } from 'vitest'
import type { GatewayError } from '../../app/errors.ts'
import type { KnowledgeBases, KnowledgeCall, NewKnowledge } from '../../app/ports/knowledge.ts'

/** What a data source of every implementation shall hold. */
export const DOCUMENTS = [
  {
    id: 'refunds',
    text: 'Refunds are paid within fourteen days after the parcel came back.',
    metadata: { year: 2026 },
  },
  {
    id: 'shipping',
    text: 'Shipping takes three days, and refunds of shipping are never paid.',
    metadata: { year: 2024 },
  },
  {
    id: 'office',
    text: 'The office stands in Lyon, behind the station.',
    metadata: { year: 2024 },
  },
] as const

interface OpenedKnowledge {
  bases: KnowledgeBases
  /** What a base and a data source with `DOCUMENTS` are made of. */
  base: NewKnowledge['settings']
  source: NewKnowledge['settings']
}

const callOf = (owner: string): KnowledgeCall => ({ owner, signal: new AbortController().signal })
const anna = callOf('anna')
const ben = callOf('ben')

/** Everything a keeper of knowledge does. Each test opens one of its own. */
export function knowledgeContract(name: string, open: () => Promise<OpenedKnowledge>) {
  describe(`${name} keeps the contract of knowledge bases`, () => {
    let opened: OpenedKnowledge
    beforeEach(async () => {
      opened = await open()
    })
    const make = (called: string) =>
      opened.bases.create(
        { name: called, description: 'What we say.', settings: opened.base },
        anna,
      )
    /** A base that has read its documents. */
    const filled = async () => {
      const { id: base } = await make('full')
      const { bases, source } = opened
      const made = await bases.sources.create(base, { name: 'docs', settings: source }, anna)
      const at = { base, source: made.id }
      const job = await bases.sources.sync(at, anna)
      return { at, job }
    }

    it('creates, tells, lists and deletes', async () => {
      const made = await make('policies')
      expect(made).toMatchObject({
        id: expect.stringMatching(/^[0-9A-Za-z]{10}$/),
        name: 'policies',
        description: 'What we say.',
        status: 'ACTIVE',
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        settings: opened.base,
      })
      expect(await opened.bases.get(made.id, anna)).toEqual(made)
      const { items } = await opened.bases.list({ limit: 10 }, anna)
      expect(items.map(({ id, name: called }) => [id, called])).toEqual([[made.id, 'policies']])
      expect(await opened.bases.delete(made.id, anna)).toBe('DELETING')
      expect((await opened.bases.list({ limit: 10 }, anna)).items).toEqual([])
      await expectMissing(opened.bases.get(made.id, anna), 'knowledge_base_id')
    })

    it('lists page by page', async () => {
      const made = [await make('one'), await make('two'), await make('three')]
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await opened.bases.list(after ? { limit: 2, after } : { limit: 2 }, anna)
        seen.push(...page.items.map(({ id }) => id))
        after = page.next
      } while (after)
      expect(seen.sort()).toEqual(made.map(({ id }) => id).sort())
    })

    it('shows nothing of one owner to another', async () => {
      const { at, job } = await filled()
      const { bases, source } = opened
      expect((await bases.list({ limit: 10 }, ben)).items).toEqual([])
      const wish = { name: 'mine', settings: source }
      const tried: Promise<unknown>[] = [
        bases.get(at.base, ben),
        bases.delete(at.base, ben),
        bases.retrieve({ base: at.base, text: 'refunds' }, ben),
        bases.sources.list(at.base, { limit: 10 }, ben),
        bases.sources.create(at.base, wish, ben),
        bases.sources.get(at, ben),
        bases.sources.delete(at, ben),
        bases.sources.sync(at, ben),
        bases.sources.jobs(at, { limit: 10 }, ben),
        bases.sources.job({ ...at, job: job.id }, ben),
      ]
      for (const one of tried) await expectMissing(one, 'knowledge_base_id')
      expect((await bases.get(at.base, anna)).id).toBe(at.base)
    })

    it.each(['', '..', '../tags', 'a/b', 'AAAAAAAAAA', 'AAAAAAAAAAA', 'ÄÄÄÄÄÄÄÄÄÄ'])(
      'knows no base called %j',
      async (id) => {
        await expectMissing(opened.bases.get(id, anna), 'knowledge_base_id')
        await expectMissing(
          opened.bases.retrieve({ base: id, text: 'x' }, anna),
          'knowledge_base_id',
        )
      },
    )

    it('keeps data sources', async () => {
      const { at } = await filled()
      const { sources } = opened.bases
      expect(await sources.get(at, anna)).toMatchObject({
        id: at.source,
        base: at.base,
        name: 'docs',
        status: 'AVAILABLE',
        settings: opened.source,
      })
      const { items } = await sources.list(at.base, { limit: 10 }, anna)
      expect(items.map(({ id }) => id)).toEqual([at.source])
      expect(await sources.delete(at, anna)).toBe('DELETING')
      await expectMissing(sources.get(at, anna), 'data_source_id')
      await expectMissing(sources.sync({ ...at, source: '../x' }, anna), 'data_source_id')
    })

    it('tells how a sync went', async () => {
      const { at, job } = await filled()
      const { sources } = opened.bases
      expect(job).toMatchObject({ base: at.base, source: at.source })
      const done = await sources.job({ ...at, job: job.id }, anna)
      expect(done).toMatchObject({ id: job.id, status: 'COMPLETE' })
      expect(done.statistics).toMatchObject({
        numberOfDocumentsScanned: DOCUMENTS.length,
        numberOfDocumentsFailed: 0,
      })
      const again = await sources.sync(at, anna)
      const { items } = await sources.jobs(at, { limit: 10 }, anna)
      expect(items.map(({ id }) => id)).toEqual([again.id, job.id])
      await expectMissing(sources.job({ ...at, job: 'NOPE' }, anna), 'job_id')
    })

    it('finds the best passages first, as many as are wanted', async () => {
      const { at } = await filled()
      const query = { base: at.base, text: 'When are refunds paid for a parcel?' }
      const { items } = await opened.bases.retrieve(query, anna)
      expect(items.map(({ text }) => text)).toEqual([DOCUMENTS[0].text, DOCUMENTS[1].text])
      expect(items[0]).toMatchObject({
        uri: expect.stringContaining('refunds'),
        location: { type: expect.any(String) },
        metadata: { year: 2026 },
        score: expect.any(Number),
      })
      expect(items[0]!.score).toBeGreaterThan(items[1]!.score!)
      const one = await opened.bases.retrieve({ ...query, results: 1 }, anna)
      expect(one.items).toEqual(items.slice(0, 1))
      const good = { ...query, minimumScore: items[0]!.score! }
      expect((await opened.bases.retrieve(good, anna)).items).toEqual(items.slice(0, 1))
      const filter = { equals: { key: 'year', value: 2024 } }
      const older = await opened.bases.retrieve({ ...query, filter }, anna)
      expect(older.items.map(({ text }) => text)).toEqual([DOCUMENTS[1].text])
      const nothing = { ...query, text: 'Quantum chromodynamics?' }
      expect((await opened.bases.retrieve(nothing, anna)).items).toEqual([])
    })
  })
}

async function expectMissing(asked: Promise<unknown>, param: string): Promise<void> {
  const error = await asked.then(
    () => undefined,
    (thrown: GatewayError) => ({ code: thrown.code, param: thrown.param }),
  )
  expect(error).toEqual({ code: 'not-found', param })
}
