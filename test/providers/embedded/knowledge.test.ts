import { describe, expect, it } from 'vitest'
import { meets } from '../../../app/providers/embedded/knowledge/filter.ts'
import { passagesOf } from '../../../app/providers/embedded/knowledge/passages.ts'
import { rank } from '../../../app/providers/embedded/knowledge/rank.ts'
import type { ReadFile } from '../../../app/providers/embedded/knowledge/sources.ts'
import { createEmbeddedKnowledge } from '../../../app/providers/embedded/knowledge.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { DOCUMENTS, knowledgeContract } from '../../contracts/knowledge-bases.ts'

const inline = (documents: readonly object[]) => ({
  dataSourceConfiguration: { type: 'INLINE', inlineConfiguration: { documents } },
})
const noFiles: ReadFile = async () => {
  throw new Error('No test of the contract reads files.')
}

knowledgeContract('embedded', async () => ({
  bases: createEmbeddedKnowledge({ state: createMemoryStateStore(), read: noFiles }),
  base: {},
  source: inline(DOCUMENTS),
}))

const call = { owner: 'anna', signal: new AbortController().signal }

/** A base with one data source. */
async function stage(settings: Record<string, unknown>, read: ReadFile = noFiles) {
  const state = createMemoryStateStore()
  const bases = createEmbeddedKnowledge({ state, read })
  const { id: base } = await bases.create({ name: 'b', settings: {} }, call)
  const { id: source } = await bases.sources.create(base, { name: 's', settings }, call)
  return { state, bases, base, at: { base, source } }
}

describe('a data source of an embedded knowledge base', () => {
  const files = (...fileIds: string[]) => ({
    dataSourceConfiguration: { type: 'FILES', filesConfiguration: { fileIds } },
  })

  it('reads stored files, and tells of those it cannot read', async () => {
    const read: ReadFile = async (id) => {
      if (id === 'file-gone') throw new Error('unforeseen')
      return { name: `${id}.txt`, text: id === 'file-picture' ? undefined : 'Bees sleep at night.' }
    }
    const { bases, at } = await stage(files('file-bees', 'file-picture'), read)
    const job = await bases.sources.sync(at, call)
    expect(job).toMatchObject({
      status: 'COMPLETE',
      statistics: {
        numberOfDocumentsScanned: 2,
        numberOfNewDocumentsIndexed: 1,
        numberOfDocumentsFailed: 1,
      },
      failures: ['file-picture: embedded knowledge bases read texts, and this file is none.'],
    })
    const { items } = await bases.retrieve({ base: at.base, text: 'when do bees sleep' }, call)
    expect(items).toMatchObject([{ title: 'file-bees.txt', uri: 'file-id:file-bees', score: 1 }])
  })

  it('keeps what was read before when nothing can be read any more', async () => {
    let isThere = true
    const read: ReadFile = async () => ({ name: 'a', text: isThere ? 'Bees sleep.' : undefined })
    const { bases, at } = await stage(files('file-a'), read)
    await bases.sources.sync(at, call)
    isThere = false
    expect(await bases.sources.sync(at, call)).toMatchObject({ status: 'FAILED' })
    const { items } = await bases.retrieve({ base: at.base, text: 'bees' }, call)
    expect(items).toHaveLength(1)
  })

  it('leaves nothing behind of an earlier reading or of a deleted base', async () => {
    const { state, bases, at } = await stage(inline(DOCUMENTS))
    await bases.sources.sync(at, call)
    await bases.sources.sync(at, call)
    const collection = `knowledge-passages/anna/${at.base}/${at.source}`
    expect(await state.list(collection)).toHaveLength(DOCUMENTS.length)
    await bases.delete(at.base, call)
    expect(await state.list(collection)).toEqual([])
    expect(await state.list(`knowledge-sources/anna/${at.base}`)).toEqual([])
  })

  const cut = (chunkingConfiguration: unknown) => ({
    vectorIngestionConfiguration: { chunkingConfiguration },
  })
  const fixed = (fixedSizeChunkingConfiguration?: object) =>
    cut({ chunkingStrategy: 'FIXED_SIZE', fixedSizeChunkingConfiguration })

  it.each([
    [{}, [720]],
    [fixed(), [720]],
    [fixed({ maxTokens: 20, overlapPercentage: 0 }), Array(9).fill(80)],
    [cut({ chunkingStrategy: 'NONE' }), [720]],
  ])('is cut as %j says', async (how, lengths) => {
    const { state, bases, at } = await stage({
      ...inline([{ text: 'bees fly. '.repeat(72) }]),
      ...how,
    })
    await bases.sources.sync(at, call)
    const kept = await state.list(`knowledge-passages/anna/${at.base}/${at.source}`)
    expect(kept.map(({ value }) => JSON.parse(value).text.length + 1)).toEqual(lengths)
  })

  it('is read without what is too long for one passage, and tells of it', async () => {
    const long = 'Bees. '.repeat(80_000)
    const read: ReadFile = async (id) => ({ name: id, text: id === 'file-long' ? long : 'Bees.' })
    const settings = { ...files('file-short', 'file-long'), ...cut({ chunkingStrategy: 'NONE' }) }
    const { state, bases, at } = await stage(settings, read)
    expect(await bases.sources.sync(at, call)).toMatchObject({
      status: 'COMPLETE',
      statistics: { numberOfNewDocumentsIndexed: 1, numberOfDocumentsFailed: 1 },
      failures: ['file-long: it is too long for one passage. Have it cut (FIXED_SIZE).'],
    })
    expect(await state.list(`knowledge-passages/anna/${at.base}/${at.source}`)).toHaveLength(1)
  })

  it.each<[Record<string, unknown>, string]>([
    [{}, 'dataSourceConfiguration'],
    [{ dataSourceConfiguration: { type: 'S3' } }, 'dataSourceConfiguration.type'],
    [files(), 'dataSourceConfiguration.filesConfiguration.fileIds'],
    [inline([]), 'dataSourceConfiguration.inlineConfiguration.documents'],
    [inline([{ text: ' ' }]), 'dataSourceConfiguration.inlineConfiguration.documents[0].text'],
    [
      inline([{ text: 'x', metadata: ['year'] }]),
      'dataSourceConfiguration.inlineConfiguration.documents[0].metadata',
    ],
    ...[{ maxTokens: 19 }, { maxTokens: '300' }, { maxTokens: 8193 }].map(
      (wrong): [Record<string, unknown>, string] => [
        { ...inline([{ text: 'x' }]), ...fixed(wrong) },
        'vectorIngestionConfiguration.chunkingConfiguration.fixedSizeChunkingConfiguration.maxTokens',
      ],
    ),
    [
      { ...inline([{ text: 'x' }]), ...fixed({ overlapPercentage: 100 }) },
      'vectorIngestionConfiguration.chunkingConfiguration.fixedSizeChunkingConfiguration.overlapPercentage',
    ],
    [
      {
        ...inline([{ text: 'x' }]),
        vectorIngestionConfiguration: { chunkingConfiguration: { chunkingStrategy: 'SEMANTIC' } },
      },
      'vectorIngestionConfiguration.chunkingConfiguration.chunkingStrategy',
    ],
  ])('refuses %j', async (settings, param) => {
    await expect(stage(settings)).rejects.toMatchObject({ code: 'invalid-request', param })
  })

  it('does not pretend to rerank', async () => {
    const { bases, base } = await stage(inline(DOCUMENTS))
    const native = { vectorSearchConfiguration: { rerankingConfiguration: {} } }
    await expect(bases.retrieve({ base, text: 'x', native }, call)).rejects.toMatchObject({
      code: 'unsupported-parameter',
      param: 'retrieval_config.vectorSearchConfiguration',
    })
  })
})

describe('a list of embedded knowledge bases', () => {
  it('goes on behind what has been deleted meanwhile', async () => {
    const state = createMemoryStateStore()
    const bases = createEmbeddedKnowledge({ state, read: noFiles })
    for (const name of ['a', 'b', 'c']) await bases.create({ name, settings: {} }, call)
    const names: string[] = []
    for (let after: string | undefined; ; ) {
      const { items, next } = await bases.list({ limit: 2, after }, call)
      for (const { id, name } of items) {
        names.push(name)
        await bases.delete(id, call)
      }
      if (next === undefined) break
      after = next
    }
    expect(names).toEqual(['a', 'b', 'c'])
  })

  it('of jobs tells the latest first, page by page', async () => {
    const { bases, at } = await stage(inline(DOCUMENTS))
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) ids.unshift((await bases.sources.sync(at, call)).id)
    const { items, next } = await bases.sources.jobs(at, { limit: 2 }, call)
    const rest = await bases.sources.jobs(at, { limit: 2, after: next }, call)
    expect([items.map(({ id }) => id), rest]).toMatchObject([
      ids.slice(0, 2),
      { items: [{ id: ids[2] }] },
    ])
    expect(rest.next).toBeUndefined()
    const wrong = bases.sources.jobs(at, { limit: 2, after: 'x' }, call)
    await expect(wrong).rejects.toMatchObject({ param: 'next_token' })
  })
})

describe('passages', () => {
  it('are cut at sentences, overlap, and lose no word', () => {
    const sentences = Array.from({ length: 100 }, (_, n) => `Sentence number ${n} is here.`)
    const passages = passagesOf({ id: 'a', text: sentences.join(' ') }, { most: 200, overlap: 40 })
    expect(passages.every(({ text }) => text.length <= 200)).toBe(true)
    for (const sentence of sentences) {
      expect(passages.some(({ text }) => text.includes(sentence))).toBe(true)
    }
  })

  it('come to an end on text without any place to cut at', () => {
    const passages = passagesOf({ id: 'a', text: '😀'.repeat(1000) }, { most: 51, overlap: 50 })
    expect(passages.every(({ text }) => /^(?:😀)+$/u.test(text))).toBe(true)
  })
})

describe('ranking', () => {
  const passages = (...texts: string[]) => texts.map((text) => ({ text }))
  const found = (question: string, ...texts: string[]) =>
    rank(question, passages(...texts)).map(({ text }) => text)

  it('counts rare words more', () => {
    const texts = ['A dog and a cat.', 'A dog and a zebra.', 'A dog and a dog.']
    expect(found('dog or zebra?', ...texts)[0]).toBe('A dog and a zebra.')
  })

  it('forgives endings', () => {
    expect(found('refunding customers', 'A customer gets a refund.', 'Bread.')).toEqual([
      'A customer gets a refund.',
    ])
  })

  it('reads scripts without spaces', () => {
    expect(found('退款政策', '我们的退款政策很简单。', '办公室在里昂。')).toEqual([
      '我们的退款政策很简单。',
    ])
  })

  it('says the same every time', () => {
    const asked = () => rank('refund', passages('refund b', 'refund a', 'refund c'))
    expect(asked()).toEqual(asked())
  })
})

describe('conditions on metadata', () => {
  const metadata = { year: 2026, name: 'policy.pdf', tags: ['a', 'b'] }
  const at = (key: string, value: unknown) => ({ key, value })
  it.each([
    [{ equals: at('year', 2026) }, true],
    [{ equals: at('year', '2026') }, false],
    [{ notEquals: at('year', 2026) }, false],
    [{ notEquals: at('absent', 1) }, true],
    [{ greaterThan: at('year', 2025) }, true],
    [{ greaterThanOrEquals: at('year', 2026) }, true],
    [{ lessThan: at('year', 2026) }, false],
    [{ lessThanOrEquals: at('year', 2026) }, true],
    [{ lessThan: at('absent', 2026) }, false],
    [{ in: at('year', [1, 2026]) }, true],
    [{ notIn: at('year', [1, 2026]) }, false],
    [{ startsWith: at('name', 'pol') }, true],
    [{ stringContains: at('name', 'icy') }, true],
    [{ stringContains: at('tags', 'b') }, true],
    [{ listContains: at('tags', 'c') }, false],
    [{ andAll: [{ equals: at('year', 2026) }, { listContains: at('tags', 'c') }] }, false],
    [{ orAll: [{ equals: at('year', 1) }, { listContains: at('tags', 'b') }] }, true],
    [{ equals: at('constructor', undefined) }, true],
  ])('%j', (condition, fits) => {
    expect(meets(metadata, condition)).toBe(fits)
  })
})
