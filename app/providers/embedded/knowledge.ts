import type { Passage } from '../../conversation/knowledge.ts'
import { GatewayError } from '../../errors.ts'
import type { KnowledgeBase, KnowledgeBases, NewKnowledge } from '../../ports/knowledge.ts'
import { meets } from './knowledge/filter.ts'
import { rank } from './knowledge/rank.ts'
import { allOf, clear, isId, keepNew } from './knowledge/records.ts'
import {
  createSources,
  type EmbeddedKnowledgeOptions,
  type FindBase,
  pageOf,
  passagesIn,
  placesOf,
} from './knowledge/sources.ts'

const DEFAULT_RESULTS = 10

/**
 * Knowledge bases that need no account: documents in the state store, found by their words, by fixed rules.
 * Each belongs to the owner who created it.
 */
export function createEmbeddedKnowledge(options: EmbeddedKnowledgeOptions): KnowledgeBases {
  const { state } = options
  const find: FindBase = async (id, { owner }) => {
    const item = isId(id) ? await state.get(placesOf(owner).bases, id) : undefined
    if (item) return JSON.parse(item.value) as KnowledgeBase
    throw new GatewayError('not-found', `There is no knowledge base \`${id}\` here.`, {
      param: 'knowledge_base_id',
    })
  }
  const sources = createSources(options, find)

  return {
    name: 'embedded',
    sources,
    get: find,
    async list(page, { owner }) {
      const items = await allOf(state, placesOf(owner).bases)
      return pageOf(
        items.map(({ value }) => JSON.parse(value) as KnowledgeBase),
        page,
      )
    },
    create: async (wish, { owner }) =>
      keepNew(state, placesOf(owner).bases, (id) => newBase(id, wish)),
    async delete(id, call) {
      await find(id, call)
      const places = placesOf(call.owner)
      if (!(await state.delete(places.bases, id))) await find(id, call)
      for (const { id: source } of await allOf(state, places.sources(id))) {
        await clear(state, places.passages({ base: id, source }))
        await clear(state, places.jobs({ base: id, source }))
      }
      await clear(state, places.sources(id))
      return 'DELETING'
    },
    async retrieve(query, call) {
      const { base, text, results = DEFAULT_RESULTS, minimumScore = 0, filter, native } = query
      const all = await passagesIn(state, base, call.owner)
      // In this order: a base goes before its passages, which were all there if it still is.
      await find(base, call)
      refuseNative(native)
      const fitting = filter ? all.filter(({ metadata = {} }) => meets(metadata, filter)) : all
      const ranked = rank(text, fitting).filter(({ score = 0 }) => score >= minimumScore)
      return nextOf(ranked, results, query.after)
    },
  }
}

function newBase(id: string, { name, description, settings, tags }: NewKnowledge): KnowledgeBase {
  const now = new Date().toISOString()
  return {
    id,
    name,
    ...(description && { description }),
    status: 'ACTIVE',
    created: now,
    updated: now,
    settings: { ...settings, ...(tags && { tags }) },
    arn: `outcrop:embedded:knowledge-base/${id}`,
  }
}

/** What only AWS can do must not seem done. */
function refuseNative(native: Readonly<Record<string, unknown>> | undefined): void {
  const [name] = Object.keys(native ?? {})
  if (name === undefined) return
  const param = `retrieval_config.${name}`
  throw new GatewayError(
    'unsupported-parameter',
    `Embedded knowledge bases cannot do what '${param}' asks for; those of AWS can.`,
    { param },
  )
}

/** The token of the next results is how many there were before. */
function nextOf(ranked: Passage[], results: number, after: string | undefined) {
  const from = after === undefined ? 0 : Number(after)
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new GatewayError('invalid-request', 'This is not the token of a page.', {
      param: 'next_token',
      reason: 'invalid_value',
    })
  }
  const items = ranked.slice(from, from + results)
  const to = from + items.length
  return to < ranked.length ? { items, next: String(to) } : { items }
}
