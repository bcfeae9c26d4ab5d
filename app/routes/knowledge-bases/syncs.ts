import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { asked, tags } from './bases.ts'
import {
  ingestionJob,
  ingestionJobList,
  jobObject,
  pageOf,
  pageQuery,
  sourceParams,
} from './contract.ts'

const path = '/v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}/sync'

export const syncDataSource = endpoint(
  createRoute({
    method: 'post',
    path,
    operationId: 'sync_knowledge_data_source',
    summary: 'Sync a data source',
    description: 'On AWS the job goes on behind the answer; an embedded one is over with it.',
    tags,
    request: { params: sourceParams },
    responses: {
      200: jsonAnswer(
        'The job has begun.',
        z
          .looseObject({ executionId: z.string().describe('The id of the job.'), ingestionJob })
          .openapi('KnowledgeSync'),
      ),
      ...errorResponses(401, 403, 404, 409, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base, data_source_id: source } = c.req.valid('param')
    const job = await asked(c, ({ sources }, call) => sources.sync({ base, source }, call))
    return reply(c, JSON.stringify({ executionId: job.id, ingestionJob: jobObject(job) }))
  },
)

export const listSyncs = endpoint(
  createRoute({
    method: 'get',
    path,
    operationId: 'list_knowledge_syncs',
    summary: 'List the syncs of a data source, newest first',
    tags,
    request: { params: sourceParams, query: pageQuery },
    responses: {
      200: jsonAnswer('One page of them.', ingestionJobList),
      ...errorResponses(400, 401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base, data_source_id: source } = c.req.valid('param')
    const page = pageOf(c.req.valid('query'))
    const { items, next } = await asked(c, ({ sources }, call) =>
      sources.jobs({ base, source }, page, call),
    )
    const list = { ingestionJobSummaries: items.map(jobObject), nextToken: next ?? null }
    return reply(c, JSON.stringify(list))
  },
)

export const getSync = endpoint(
  createRoute({
    method: 'get',
    path: `${path}/{job_id}`,
    operationId: 'retrieve_knowledge_sync',
    summary: 'Get the status of a sync',
    tags,
    request: { params: sourceParams.extend({ job_id: z.string().describe('Its `executionId`.') }) },
    responses: {
      200: jsonAnswer('The job.', ingestionJob),
      ...errorResponses(401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base, data_source_id: source, job_id: job } = c.req.valid('param')
    const found = await asked(c, ({ sources }, call) => sources.job({ base, source, job }, call))
    return reply(c, JSON.stringify(jobObject(found)))
  },
)
