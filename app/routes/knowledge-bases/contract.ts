import { z } from '@hono/zod-openapi'
import type {
  DataSource,
  IngestionJob,
  KnowledgeBase,
  KnowledgePage,
} from '../../ports/knowledge.ts'

const described = {
  name: z.string(),
  description: z.string().nullable(),
  status: z.string(),
  createdAt: z.string().nullable().describe('ISO 8601; null where a listing does not tell.'),
  updatedAt: z.string().describe('ISO 8601.'),
  failureReasons: z.array(z.string()).nullable(),
}

/** A knowledge base, in Bedrock's words. A listing tells no settings. */
export const knowledgeBase = z
  .looseObject({
    knowledgeBaseId: z.string(),
    knowledgeBaseArn: z.string().nullable(),
    ...described,
    roleArn: z.string().optional(),
    knowledgeBaseConfiguration: z.looseObject({}).optional(),
    storageConfiguration: z.looseObject({}).optional(),
  })
  .openapi('KnowledgeBase')

export const dataSource = z
  .looseObject({
    dataSourceId: z.string(),
    knowledgeBaseId: z.string(),
    ...described,
    dataSourceConfiguration: z.looseObject({}).optional(),
    vectorIngestionConfiguration: z.looseObject({}).optional(),
  })
  .openapi('KnowledgeDataSource')

export const ingestionJob = z
  .looseObject({
    ingestionJobId: z.string(),
    knowledgeBaseId: z.string(),
    dataSourceId: z.string(),
    status: z.string().describe('STARTING, IN_PROGRESS, COMPLETE, FAILED, STOPPING or STOPPED.'),
    statistics: z.record(z.string(), z.number()).nullable(),
    failureReasons: z.array(z.string()).nullable(),
    startedAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('KnowledgeIngestionJob')

const nextToken = z.string().nullable().describe('For the next page; null on the last.')

export const knowledgeBaseList = z
  .object({ knowledgeBaseSummaries: z.array(knowledgeBase), nextToken })
  .openapi('KnowledgeBaseList')
export const dataSourceList = z
  .object({ dataSourceSummaries: z.array(dataSource), nextToken })
  .openapi('KnowledgeDataSourceList')
export const ingestionJobList = z
  .object({ ingestionJobSummaries: z.array(ingestionJob), nextToken })
  .openapi('KnowledgeIngestionJobList')

const told = ({ name, description, status, created, updated, failures }: KnowledgeBase) => ({
  name,
  description: description ?? null,
  status,
  createdAt: created ?? null,
  updatedAt: updated,
  failureReasons: failures ? [...failures] : null,
})

export const baseObject = (base: KnowledgeBase): z.infer<typeof knowledgeBase> => ({
  knowledgeBaseId: base.id,
  knowledgeBaseArn: base.arn ?? null,
  ...told(base),
  ...base.settings,
})

export const sourceObject = (source: DataSource): z.infer<typeof dataSource> => ({
  dataSourceId: source.id,
  knowledgeBaseId: source.base,
  ...told(source),
  ...source.settings,
})

export const jobObject = (job: IngestionJob): z.infer<typeof ingestionJob> => ({
  ingestionJobId: job.id,
  knowledgeBaseId: job.base,
  dataSourceId: job.source,
  status: job.status,
  statistics: job.statistics ? { ...job.statistics } : null,
  failureReasons: job.failures ? [...job.failures] : null,
  startedAt: job.started,
  updatedAt: job.updated,
})

export const baseParams = z.object({
  knowledge_base_id: z.string().describe('The id of a knowledge base.'),
})
export const sourceParams = baseParams.extend({
  data_source_id: z.string().describe('The id of a data source.'),
})

export const pageQuery = z.object({
  max_results: z.coerce.number().int().min(1).max(100).default(10).describe('Items a page holds.'),
  next_token: z.string().optional().describe('The `nextToken` of the page before.'),
})

export const pageOf = ({ max_results, next_token }: z.infer<typeof pageQuery>): KnowledgePage => ({
  limit: max_results,
  // Some clients send parameters that have no value.
  ...(next_token && { after: next_token }),
})

const shortText = z.string().min(1).max(100)
const description = z.string().max(200).nullish()
const settings = z.record(z.string(), z.unknown())

export const createBaseRequest = z
  .looseObject({
    name: shortText,
    description,
    roleArn: z.string().nullish().describe('AWS: the role the knowledge base works as.'),
    knowledgeBaseConfiguration: settings.nullish().describe('AWS: type and embedding model.'),
    storageConfiguration: settings.nullish().describe('AWS: the vector store, any of its kinds.'),
    tags: z.record(z.string(), z.string()).nullish(),
  })
  .openapi('CreateKnowledgeBaseRequest')

export const createSourceRequest = z
  .looseObject({
    name: shortText,
    description,
    dataSourceConfiguration: settings.describe(
      "AWS: as Bedrock's CreateDataSource. Embedded: `{type: 'FILES', filesConfiguration: {fileIds}}` or `{type: 'INLINE', inlineConfiguration: {documents: [{text, id, title, uri, metadata}]}}`.",
    ),
    vectorIngestionConfiguration: settings.nullish().describe('How documents are cut and parsed.'),
    dataDeletionPolicy: z.enum(['RETAIN', 'DELETE']).nullish(),
    serverSideEncryptionConfiguration: settings.nullish(),
  })
  .openapi('CreateKnowledgeDataSourceRequest')

/** The members of a request that have a value, by these names. */
export function settingsOf(
  request: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const given = names.filter((name) => request[name] !== undefined && request[name] !== null)
  return Object.fromEntries(given.map((name) => [name, request[name]]))
}
