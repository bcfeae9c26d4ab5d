import type { KnowledgeSearch, Passage } from '../conversation/knowledge.ts'
import type { AwsIdentity } from './caller.ts'
import type { ChatModel, FoundModel } from './models.ts'

/** For whom something is asked of a knowledge base. */
export interface KnowledgeCall {
  owner: string
  /** As whom AWS is asked, where it is not as ourselves. */
  as?: AwsIdentity
  signal: AbortSignal
}

export interface KnowledgeBase {
  id: string
  name: string
  description?: string
  /** `ACTIVE` when it can be asked. */
  status: string
  /** ISO 8601; absent where a listing does not tell. */
  created?: string
  updated: string
  /** What it was told at its creation, in its keeper's words. */
  settings: Readonly<Record<string, unknown>>
  /** Its name among everything there is. */
  arn?: string
  failures?: readonly string[]
}

/** What a knowledge base or a data source is made from. `settings` are in the keeper's words. */
export interface NewKnowledge {
  name: string
  description?: string
  settings: Readonly<Record<string, unknown>>
  /** The caller's own labels. */
  tags?: Readonly<Record<string, string>>
}

/** Where a knowledge base has its documents from. */
export interface DataSource extends Omit<KnowledgeBase, 'arn'> {
  base: string
}

/** One reading of a data source. */
export interface IngestionJob {
  id: string
  base: string
  source: string
  /** `COMPLETE` or `FAILED` when it is over. */
  status: string
  /** ISO 8601. */
  started: string
  updated: string
  /** Counts of documents by what became of them, in the keeper's words. */
  statistics?: Readonly<Record<string, number>>
  failures?: readonly string[]
}

export interface KnowledgePage {
  /** 1 to 100. */
  limit: number
  /** The `next` of the page before. */
  after?: string
}

/** A page may hold fewer than were asked for and still not be the last: that one has no `next`. */
export interface Listed<T> {
  items: T[]
  next?: string
}

export interface KnowledgeQuery extends KnowledgeSearch {
  base: string
  text: string
  /** The `next` of the passages before. */
  after?: string
}

export interface SourcePlace {
  base: string
  source: string
}

/** The data sources of knowledge bases. An id nobody has is `not-found` with `data_source_id`. */
export interface DataSources {
  list(base: string, page: KnowledgePage, call: KnowledgeCall): Promise<Listed<DataSource>>
  create(base: string, wish: NewKnowledge, call: KnowledgeCall): Promise<DataSource>
  get(place: SourcePlace, call: KnowledgeCall): Promise<DataSource>
  /** Its status from now on. */
  delete(place: SourcePlace, call: KnowledgeCall): Promise<string>
  /** Reads the source anew. The job may be over when this resolves, or go on behind it. */
  sync(place: SourcePlace, call: KnowledgeCall): Promise<IngestionJob>
  job(place: SourcePlace & { job: string }, call: KnowledgeCall): Promise<IngestionJob>
  /** The newest first. */
  jobs(place: SourcePlace, page: KnowledgePage, call: KnowledgeCall): Promise<Listed<IngestionJob>>
}

/**
 * Documents that can be asked. What an owner may not use does not exist for that owner: `not-found` with the
 * param `knowledge_base_id`, as for an id nobody has. What they may use but not change is `permission`.
 */
export interface KnowledgeBases {
  /** Who keeps them: `aws`, `embedded`. */
  name: string
  list(page: KnowledgePage, call: KnowledgeCall): Promise<Listed<KnowledgeBase>>
  /** It belongs to the owner of the call. */
  create(wish: NewKnowledge, call: KnowledgeCall): Promise<KnowledgeBase>
  get(id: string, call: KnowledgeCall): Promise<KnowledgeBase>
  /** Its status from now on. */
  delete(id: string, call: KnowledgeCall): Promise<string>
  /** The best first; `minimumScore` holds. */
  retrieve(query: KnowledgeQuery, call: KnowledgeCall): Promise<Listed<Passage>>
  sources: DataSources
  /**
   * What answers from a base by itself, in the words of a model: asked with a conversation whose `knowledge`
   * names it. Undefined where that model cannot be asked there.
   */
  generator?(
    wish: { base: string; model: Pick<FoundModel, 'idIn'> },
    call: KnowledgeCall,
  ): Promise<ChatModel | undefined>
}
