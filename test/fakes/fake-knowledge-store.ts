/** A document of a fake bucket. */
export interface FakeDocument {
  key: string
  text: string
  metadata?: Record<string, unknown>
}

export type Json = Record<string, unknown>

interface FakeSource extends Json {
  dataSourceId: string
  status: string
}

interface FakeJob extends Json {
  ingestionJobId: string
  status: string
}

export interface FakeBase extends Json {
  knowledgeBaseId: string
  knowledgeBaseArn: string
  name: string
  tags: Record<string, string>
  sources: Map<string, FakeSource>
  jobs: Map<string, FakeJob[]>
  /** What its syncs have read. */
  documents: FakeDocument[]
}

/** What the fake answers instead of a success. */
export class FakeRefusal extends Error {
  readonly status: number
  readonly type: string
  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

const ACCOUNT = '123456789012'
const REGION = 'us-east-1'
const NOW = '2026-11-22T03:04:05.678901+00:00'

/** Members the service model of bedrock-agent demands. */
function need(body: Json, ...names: string[]): void {
  for (const name of names) {
    if (body[name] !== undefined) continue
    throw new FakeRefusal(
      400,
      'ValidationException',
      `Value at '${name}' failed to satisfy constraint: Member must not be null`,
    )
  }
}

/** The knowledge bases of one account, as the control plane keeps them. */
export function createFakeBases(bucket: () => readonly FakeDocument[]) {
  const bases = new Map<string, FakeBase>()
  let count = 0
  const newId = (letter: string) => `${letter}${String(++count).padStart(9, '0')}`

  const find = (id: string): FakeBase => {
    const base = bases.get(id)
    if (base) return base
    throw new FakeRefusal(
      404,
      'ResourceNotFoundException',
      `Knowledge Base with id ${id} does not exist`,
    )
  }
  const findSource = (base: FakeBase, id: string): FakeSource => {
    const source = base.sources.get(id)
    if (source) return source
    throw new FakeRefusal(404, 'ResourceNotFoundException', `DataSource with id ${id} is not found`)
  }
  const add = (body: Json): FakeBase => {
    need(body, 'name', 'roleArn', 'knowledgeBaseConfiguration')
    const id = newId('K')
    const { tags, clientToken: _, ...told } = body
    const base: FakeBase = {
      ...told,
      name: String(body['name']),
      knowledgeBaseId: id,
      knowledgeBaseArn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/${id}`,
      status: 'ACTIVE',
      createdAt: NOW,
      updatedAt: NOW,
      tags: (tags ?? {}) as Record<string, string>,
      sources: new Map(),
      jobs: new Map(),
      documents: [],
    }
    bases.set(id, base)
    return base
  }
  return {
    bases,
    find,
    findSource,
    add,
    addSource(base: FakeBase, body: Json): FakeSource {
      need(body, 'name', 'dataSourceConfiguration')
      const { clientToken: _, ...told } = body
      const source = {
        ...told,
        knowledgeBaseId: base.knowledgeBaseId,
        dataSourceId: newId('D'),
        status: 'AVAILABLE',
        createdAt: NOW,
        updatedAt: NOW,
      }
      base.sources.set(source.dataSourceId, source)
      return source
    },
    /** A job that is on its way when it is answered, and over when it is asked for. */
    startJob(base: FakeBase, source: FakeSource): FakeJob {
      const job = {
        knowledgeBaseId: base.knowledgeBaseId,
        dataSourceId: source.dataSourceId,
        ingestionJobId: newId('J'),
        status: 'STARTING',
        startedAt: NOW,
        updatedAt: NOW,
      }
      const jobs = base.jobs.get(source.dataSourceId) ?? []
      base.jobs.set(source.dataSourceId, [job, ...jobs])
      base.documents = [...bucket()]
      return job
    },
    finished: (job: FakeJob): FakeJob => ({
      ...job,
      status: 'COMPLETE',
      statistics: { numberOfDocumentsScanned: bucket().length, numberOfDocumentsFailed: 0 },
    }),
  }
}

/** What the wire shows of a base. */
export function shownBase({
  tags: _t,
  sources: _s,
  jobs: _j,
  documents: _d,
  ...shown
}: FakeBase): Json {
  return shown
}

/** A page as AWS cuts it: the token is where the next begins. */
export function pageOf<T>(all: readonly T[], body: Json): { page: T[]; nextToken?: string } {
  const from = Number(body['nextToken'] ?? 0)
  const most = Number(body['maxResults'] ?? 10)
  const page = all.slice(from, from + most)
  return from + most < all.length ? { page, nextToken: String(from + most) } : { page }
}
