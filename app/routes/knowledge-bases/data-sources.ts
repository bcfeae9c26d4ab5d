import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { asked, tags } from './bases.ts'
import {
  baseParams,
  createSourceRequest,
  dataSource,
  dataSourceList,
  pageOf,
  pageQuery,
  settingsOf,
  sourceObject,
  sourceParams,
} from './contract.ts'

const path = '/v1/knowledge-bases/{knowledge_base_id}/data-sources'

const SOURCE_SETTINGS = [
  'dataSourceConfiguration',
  'vectorIngestionConfiguration',
  'dataDeletionPolicy',
  'serverSideEncryptionConfiguration',
] as const

export const createDataSource = endpoint(
  createRoute({
    method: 'post',
    path,
    operationId: 'create_knowledge_data_source',
    summary: 'Add a data source to a knowledge base',
    description: 'Its documents are read by a sync.',
    tags,
    request: {
      params: baseParams,
      body: jsonRequest(createSourceRequest),
    },
    responses: {
      201: jsonAnswer('The data source.', dataSource),
      ...errorResponses(400, 401, 403, 404, 409, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base } = c.req.valid('param')
    const request = c.req.valid('json')
    const wish = {
      name: request.name,
      description: request.description ?? undefined,
      settings: settingsOf(request, SOURCE_SETTINGS),
    }
    const made = await asked(c, ({ sources }, call) => sources.create(base, wish, call))
    return reply(c, JSON.stringify(sourceObject(made)), { status: 201 })
  },
)

export const listDataSources = endpoint(
  createRoute({
    method: 'get',
    path,
    operationId: 'list_knowledge_data_sources',
    summary: 'List the data sources of a knowledge base',
    tags,
    request: { params: baseParams, query: pageQuery },
    responses: {
      200: jsonAnswer('One page of them.', dataSourceList),
      ...errorResponses(400, 401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base } = c.req.valid('param')
    const page = pageOf(c.req.valid('query'))
    const { items, next } = await asked(c, ({ sources }, call) => sources.list(base, page, call))
    const list = { dataSourceSummaries: items.map(sourceObject), nextToken: next ?? null }
    return reply(c, JSON.stringify(list))
  },
)

export const getDataSource = endpoint(
  createRoute({
    method: 'get',
    path: `${path}/{data_source_id}`,
    operationId: 'retrieve_knowledge_data_source',
    summary: 'Describe a data source',
    tags,
    request: { params: sourceParams },
    responses: {
      200: jsonAnswer('The data source.', dataSource),
      ...errorResponses(401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base, data_source_id: source } = c.req.valid('param')
    const found = await asked(c, ({ sources }, call) => sources.get({ base, source }, call))
    return reply(c, JSON.stringify(sourceObject(found)))
  },
)

export const deleteDataSource = endpoint(
  createRoute({
    method: 'delete',
    path: `${path}/{data_source_id}`,
    operationId: 'delete_knowledge_data_source',
    summary: 'Delete a data source',
    tags,
    request: { params: sourceParams },
    responses: {
      200: jsonAnswer(
        'It goes.',
        z
          .object({ knowledgeBaseId: z.string(), dataSourceId: z.string(), status: z.string() })
          .openapi('KnowledgeDataSourceDeleted'),
      ),
      ...errorResponses(401, 403, 404, 409, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: base, data_source_id: source } = c.req.valid('param')
    const status = await asked(c, ({ sources }, call) => sources.delete({ base, source }, call))
    return reply(c, JSON.stringify({ knowledgeBaseId: base, dataSourceId: source, status }))
  },
)
