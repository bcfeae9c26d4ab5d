import { createRoute, z } from '@hono/zod-openapi'
import { onKnowledge } from '../../gateway/knowledge/knowledge.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { KnowledgeBases, KnowledgeCall } from '../../ports/knowledge.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import {
  baseObject,
  baseParams,
  createBaseRequest,
  knowledgeBase,
  knowledgeBaseList,
  pageOf,
  pageQuery,
  settingsOf,
} from './contract.ts'

/** Something done with the knowledge bases of whoever asks. */
export const asked = <T>(
  c: HttpContext,
  work: (bases: KnowledgeBases, call: KnowledgeCall) => Promise<T>,
): Promise<T> => onKnowledge(caller(c), c.get('services'), work)

export const tags = ['Knowledge bases']

export const createKnowledgeBase = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/knowledge-bases',
    operationId: 'create_knowledge_base',
    summary: 'Create a knowledge base',
    description: 'It belongs to whoever creates it. On AWS it is made of what Bedrock needs.',
    tags,
    request: { body: jsonRequest(createBaseRequest) },
    responses: {
      201: jsonAnswer('It is there, or on its way: `status` tells.', knowledgeBase),
      ...errorResponses(400, 401, 403, 409, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const request = c.req.valid('json')
    const wish = {
      name: request.name,
      description: request.description ?? undefined,
      settings: settingsOf(request, BASE_SETTINGS),
      tags: request.tags ?? undefined,
    }
    const made = await asked(c, (bases, call) => bases.create(wish, call))
    return reply(c, JSON.stringify(baseObject(made)), { status: 201 })
  },
)

const BASE_SETTINGS = ['roleArn', 'knowledgeBaseConfiguration', 'storageConfiguration'] as const

export const listKnowledgeBases = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/knowledge-bases',
    operationId: 'list_knowledge_bases',
    summary: 'List knowledge bases',
    description:
      'Those the caller may use. A page may hold fewer than were asked for and still not be the last.',
    tags,
    request: { query: pageQuery },
    responses: {
      200: jsonAnswer('One page of them.', knowledgeBaseList),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const page = pageOf(c.req.valid('query'))
    const { items, next } = await asked(c, (bases, call) => bases.list(page, call))
    const list = { knowledgeBaseSummaries: items.map(baseObject), nextToken: next ?? null }
    return reply(c, JSON.stringify(list))
  },
)

export const getKnowledgeBase = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/knowledge-bases/{knowledge_base_id}',
    operationId: 'retrieve_knowledge_base',
    summary: 'Describe a knowledge base',
    tags,
    request: { params: baseParams },
    responses: {
      200: jsonAnswer('The knowledge base.', knowledgeBase),
      ...errorResponses(401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: id } = c.req.valid('param')
    const base = await asked(c, (bases, call) => bases.get(id, call))
    return reply(c, JSON.stringify(baseObject(base)))
  },
)

export const deleteKnowledgeBase = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/knowledge-bases/{knowledge_base_id}',
    operationId: 'delete_knowledge_base',
    summary: 'Delete a knowledge base',
    tags,
    request: { params: baseParams },
    responses: {
      200: jsonAnswer(
        'It goes.',
        z
          .object({ knowledgeBaseId: z.string(), status: z.string() })
          .openapi('KnowledgeBaseDeleted'),
      ),
      ...errorResponses(401, 403, 404, 409, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { knowledge_base_id: id } = c.req.valid('param')
    const status = await asked(c, (bases, call) => bases.delete(id, call))
    return reply(c, JSON.stringify({ knowledgeBaseId: id, status }))
  },
)
