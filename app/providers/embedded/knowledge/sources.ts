import type { Passage } from '../../../conversation/knowledge.ts'
import { asGatewayError, GatewayError } from '../../../errors.ts'
import type {
  DataSource,
  DataSources,
  IngestionJob,
  KnowledgeBase,
  KnowledgeCall,
  KnowledgePage,
  Listed,
  NewKnowledge,
  SourcePlace,
} from '../../../ports/knowledge.ts'
import type { StateItem, StateStore } from '../../../ports/state-store.ts'
import { type Document, passagesOf } from './passages.ts'
import { allOf, clear, isId, isRecord, keepNew, newId, textOf } from './records.ts'
import { readSettings, type SourceContent } from './settings.ts'

/** The words of a stored file; undefined when it is no text. Throws `not-found`. */
export type ReadFile = (
  id: string,
  call: Pick<KnowledgeCall, 'owner' | 'signal'>,
) => Promise<{ name: string; text: string | undefined }>

export interface EmbeddedKnowledgeOptions {
  state: StateStore
  read: ReadFile
}

/** A source as it is kept: `passages` names the reading that counts. */
interface KeptSource extends DataSource {
  passages?: string
}

/** Where things of one owner lie. Passages of one reading have its id before their own. */
export const placesOf = (owner: string) => ({
  bases: `knowledge-bases/${owner}`,
  sources: (base: string) => `knowledge-sources/${owner}/${base}`,
  jobs: ({ base, source }: SourcePlace) => `knowledge-jobs/${owner}/${base}/${source}`,
  passages: ({ base, source }: SourcePlace) => `knowledge-passages/${owner}/${base}/${source}`,
})

/** Passages one source may have: all of them are looked through for every question. */
const MOST_PASSAGES = 5000

export type FindBase = (id: string, call: KnowledgeCall) => Promise<KnowledgeBase>

export function createSources(
  { state, read }: EmbeddedKnowledgeOptions,
  findBase: FindBase,
): DataSources {
  const find = async (at: SourcePlace, call: KnowledgeCall) => {
    await findBase(at.base, call)
    const collection = placesOf(call.owner).sources(at.base)
    const item = isId(at.source) ? await state.get(collection, at.source) : undefined
    if (!item) throw unknown('data_source_id', `There is no data source \`${at.source}\`.`)
    return { source: JSON.parse(item.value) as KeptSource, version: item.version }
  }
  /** From now on a reading counts, and the one before goes. Throws `not-found` where the source has gone meanwhile. */
  const count = async (at: SourcePlace, { id, updated }: IngestionJob, call: KnowledgeCall) => {
    const { sources, passages } = placesOf(call.owner)
    const drop = (reading: string) => clear(state, passages(at), { prefix: `${reading}/` })
    for (;;) {
      const { source, version } = await find(at, call).catch(async (thrown: unknown) => {
        await drop(id)
        throw thrown
      })
      const item = { id: at.source, value: textOf({ ...source, updated, passages: id }) }
      if (!(await state.put(sources(at.base), item, { ifVersion: version }))) continue
      if (source.passages) await drop(source.passages)
      return
    }
  }
  // Of what belongs to another thing that other is looked for last: it goes first when it is deleted.
  return {
    async list(base, page, call) {
      const items = await allOf(state, placesOf(call.owner).sources(base))
      await findBase(base, call)
      const sources = items.map(({ value }) => JSON.parse(value) as KeptSource)
      return pageOf(sources.map(shown), page)
    },
    async create(base, wish, call) {
      await findBase(base, call)
      readSettings(wish.settings)
      const collection = placesOf(call.owner).sources(base)
      return keepNew(state, collection, (id) => newSource({ base, source: id }, wish))
    },
    get: async (at, call) => shown((await find(at, call)).source),
    async delete(at, call) {
      await find(at, call)
      const places = placesOf(call.owner)
      // In this order, so that no source is ever listed whose passages are gone.
      if (!(await state.delete(places.sources(at.base), at.source))) await find(at, call)
      await clear(state, places.passages(at))
      await clear(state, places.jobs(at))
      return 'DELETING'
    },
    async sync(at, call) {
      const { source } = await find(at, call)
      const job = await readSource({ state, read }, source, call)
      if (job.status === 'COMPLETE') await count(at, job, call)
      await state.put(placesOf(call.owner).jobs(at), { id: job.id, value: textOf(job) })
      return job
    },
    async job({ job: id, ...at }, call) {
      const item = isId(id) ? await state.get(placesOf(call.owner).jobs(at), id) : undefined
      await find(at, call)
      if (item) return JSON.parse(item.value) as IngestionJob
      throw unknown('job_id', `There is no ingestion job \`${id}\`.`)
    },
    async jobs(at, page, call) {
      const items = await allOf(state, placesOf(call.owner).jobs(at))
      await find(at, call)
      const jobs = items.map(({ value }) => JSON.parse(value) as IngestionJob)
      return pageOf(jobs, page, true)
    },
  }
}

function newSource(
  { base, source }: SourcePlace,
  { name, description, settings }: NewKnowledge,
): DataSource {
  const now = new Date().toISOString()
  return {
    id: source,
    base,
    name,
    ...(description && { description }),
    status: 'AVAILABLE',
    created: now,
    updated: now,
    settings,
  }
}

const shown = ({ passages: _, ...source }: KeptSource): DataSource => source

/** Reads every document anew and keeps its passages, which do not count yet. */
async function readSource(
  { state, read }: EmbeddedKnowledgeOptions,
  source: KeptSource,
  call: KnowledgeCall,
): Promise<IngestionJob> {
  const at = { base: source.base, source: source.id }
  const started = new Date().toISOString()
  const content = readSettings(source.settings)
  const { documents, failures } = await gather(content, read, call)
  const passages: string[] = []
  let indexed = 0
  for (const document of documents) {
    const kept = passagesOf(document, content.cutting).map((passage) => JSON.stringify(passage))
    if (kept.every(isRecord)) {
      indexed += 1
      passages.push(...kept)
    } else
      failures.push(`${document.id}: it is too long for one passage. Have it cut (FIXED_SIZE).`)
  }
  const id = newId()
  const told = { id, ...at, started, statistics: statisticsOf(content, indexed) }
  // What was read before stays, where now nothing can be.
  if (indexed === 0) return { ...told, status: 'FAILED', updated: started, failures }
  if (passages.length > MOST_PASSAGES) {
    failures.push(`The source has ${passages.length} passages; ${MOST_PASSAGES} are read.`)
  }
  const { passages: folder } = placesOf(call.owner)
  for (const [index, value] of passages.slice(0, MOST_PASSAGES).entries()) {
    await state.put(folder(at), { id: `${id}/${String(index).padStart(6, '0')}`, value })
  }
  const updated = new Date().toISOString()
  return { ...told, status: 'COMPLETE', updated, ...(failures.length > 0 && { failures }) }
}

/** In the words of Bedrock's own. */
function statisticsOf({ files, documents }: SourceContent, read: number): Record<string, number> {
  const scanned = files.length + documents.length
  return {
    numberOfDocumentsScanned: scanned,
    numberOfNewDocumentsIndexed: read,
    numberOfDocumentsFailed: scanned - read,
  }
}

async function gather(
  { files, documents }: SourceContent,
  read: ReadFile,
  call: KnowledgeCall,
): Promise<{ documents: Document[]; failures: string[] }> {
  const failures: string[] = []
  const found = [...documents]
  for (const id of files) {
    try {
      const { name, text } = await read(id, call)
      if (text?.trim()) found.push({ id, text, title: name, uri: `file-id:${id}` })
      else failures.push(`${id}: embedded knowledge bases read texts, and this file is none.`)
    } catch (thrown) {
      const { code, message } = asGatewayError(thrown)
      if (code === 'caller-left' || code === 'internal') throw thrown
      failures.push(`${id}: ${message}`)
    }
  }
  return { documents: found, failures }
}

/** Every passage of a base that counts. */
export async function passagesIn(
  state: StateStore,
  base: string,
  owner: string,
): Promise<Passage[]> {
  const places = placesOf(owner)
  const found: Passage[] = []
  const read = async (item: StateItem | undefined): Promise<StateItem[]> => {
    if (!item) return []
    const { id: source, passages } = JSON.parse(item.value) as KeptSource
    if (!passages) return []
    const prefix = `${passages}/`
    const items = await allOf(state, places.passages({ base, source }), { prefix })
    // Another reading may have taken the place of this one, which goes then.
    const now = await state.get(places.sources(base), source)
    return now?.version === item.version ? items : read(now)
  }
  for (const source of await allOf(state, places.sources(base))) {
    for (const { value } of await read(source)) found.push(JSON.parse(value) as Passage)
  }
  return found
}

/** One page of a list in the order of ids; `after` is the last of the page before, which may be gone by now. */
export function pageOf<T extends { id: string }>(
  all: readonly T[],
  { limit, after }: KnowledgePage,
  newestFirst = false,
): Listed<T> {
  if (after !== undefined && !isId(after)) {
    throw new GatewayError('invalid-request', 'This is not the token of a page.', {
      param: 'next_token',
      reason: 'invalid_value',
    })
  }
  const ordered = newestFirst ? all.toReversed() : all
  const isBehind = (id: string) => after === undefined || (newestFirst ? id < after : id > after)
  const rest = ordered.filter(({ id }) => isBehind(id))
  const items = rest.slice(0, limit)
  return items.length === rest.length ? { items } : { items, next: items.at(-1)!.id }
}

const unknown = (param: string, message: string) =>
  new GatewayError('not-found', message, { param })
