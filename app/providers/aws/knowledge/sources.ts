import { GatewayError } from '../../../errors.ts'
import type { DataSources, KnowledgePage } from '../../../ports/knowledge.ts'
import type { Access } from './access.ts'
import { type AgentClient, asFields, type Fields, isId, objectsIn } from './client.ts'
import { nextOf, readJob, readSource, SOURCE_SETTINGS } from './read.ts'

const SERVICE = 'bedrock-agent' as const

/** What a listing is asked for: AWS lists these by POST. */
export const pageBody = ({ limit, after }: KnowledgePage): Fields => ({
  maxResults: limit,
  ...(after && { nextToken: after }),
})

export function createSources(client: AgentClient, access: Access): DataSources {
  const folder = (base: string) => `/knowledgebases/${base}/datasources/`
  const place = ({ base, source }: { base: string; source: string }) => {
    if (!isId(source)) throw unknown('data_source_id', `There is no data source \`${source}\`.`)
    return folder(base) + source
  }
  const jobs = (at: { base: string; source: string }) => `${place(at)}/ingestionjobs/`
  const param = 'data_source_id'

  return {
    async list(base, page, call) {
      await access.use(base, call)
      const body = pageBody(page)
      const request = { service: SERVICE, method: 'POST' as const, path: folder(base), body }
      const answer = await client.ask({ ...request, param: 'knowledge_base_id' }, call)
      return { items: objectsIn(answer['dataSourceSummaries']).map(readSource), ...nextOf(answer) }
    },
    async create(base, { name, description, settings }, call) {
      await access.change(base, call)
      const told = SOURCE_SETTINGS.filter((one) => settings[one] !== undefined)
      const body = {
        clientToken: crypto.randomUUID(),
        name,
        ...(description && { description }),
        ...Object.fromEntries(told.map((one) => [one, settings[one]])),
      }
      const request = { service: SERVICE, method: 'PUT' as const, path: folder(base), body }
      const answer = await client.ask({ ...request, param: 'knowledge_base_id' }, call)
      return readSource(asFields(answer['dataSource']) ?? {})
    },
    async get(at, call) {
      await access.use(at.base, call)
      const answer = await client.ask(
        { service: SERVICE, method: 'GET', path: place(at), param },
        call,
      )
      return readSource(asFields(answer['dataSource']) ?? {})
    },
    async delete(at, call) {
      await access.change(at.base, call)
      const answer = await client.ask(
        { service: SERVICE, method: 'DELETE', path: place(at), param },
        call,
      )
      return String(answer['status'] ?? 'DELETING')
    },
    async sync(at, call) {
      await access.change(at.base, call)
      const body = { clientToken: crypto.randomUUID() }
      const request = { service: SERVICE, method: 'PUT' as const, path: jobs(at), body, param }
      const answer = await client.ask(request, call)
      return readJob(asFields(answer['ingestionJob']) ?? {})
    },
    async job({ job, ...at }, call) {
      await access.use(at.base, call)
      if (!isId(job)) throw unknown('job_id', `There is no ingestion job \`${job}\`.`)
      const path = jobs(at) + job
      const answer = await client.ask(
        { service: SERVICE, method: 'GET', path, param: 'job_id' },
        call,
      )
      return readJob(asFields(answer['ingestionJob']) ?? {})
    },
    async jobs(at, page, call) {
      await access.use(at.base, call)
      const body = {
        ...pageBody(page),
        sortBy: { attribute: 'STARTED_AT', order: 'DESCENDING' },
      }
      const request = { service: SERVICE, method: 'POST' as const, path: jobs(at), body, param }
      const answer = await client.ask(request, call)
      return { items: objectsIn(answer['ingestionJobSummaries']).map(readJob), ...nextOf(answer) }
    },
  }
}

const unknown = (param: string, message: string) =>
  new GatewayError('not-found', message, { param })
