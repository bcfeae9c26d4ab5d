import { createRoute, z } from '@hono/zod-openapi'
import { outputItem } from '../../../dialects/openai-responses/wire-reply.ts'
import { reply } from '../../../http/answers/reply.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../../json-contract.ts'
import { errorResponses } from '../error-contract.ts'
import { pageOptions, pageQuery, pageSchema, pageText } from '../paging.ts'
import {
  addedItems,
  conversationId,
  conversationObject,
  conversationsOf,
  spelledOut,
} from './conversations.ts'

const path = '/v1/conversations/{conversation_id}/items'

const itemPlace = conversationId.extend({ item_id: z.string().describe('The id of an item.') })

const list = {
  200: jsonAnswer('The items.', pageSchema(outputItem).openapi('ConversationItemList')),
}

export const createConversationItems = endpoint(
  createRoute({
    method: 'post',
    path,
    operationId: 'create_conversation_items',
    summary: 'Add items to a conversation',
    tags: ['Conversations'],
    request: {
      params: conversationId,
      body: jsonRequest(
        z.looseObject({ items: addedItems }).openapi('CreateConversationItemsRequest'),
      ),
    },
    responses: { ...list, ...errorResponses(400, 401, 403, 404, 413, 429, 500) },
  }),
  async (c) => {
    const { conversation_id: id } = c.req.valid('param')
    const { items } = c.req.valid('json')
    const data = await conversationsOf(c).add(id, await spelledOut(c, items))
    return reply(c, pageText({ data, hasMore: false }))
  },
)

export const listConversationItems = endpoint(
  createRoute({
    method: 'get',
    path,
    operationId: 'list_conversation_items',
    summary: 'List the items of a conversation',
    tags: ['Conversations'],
    request: {
      params: conversationId,
      query: z.object({ ...pageQuery, order: pageQuery.order.default('desc') }),
    },
    responses: { ...list, ...errorResponses(400, 401, 403, 404, 429, 500) },
  }),
  async (c) => {
    const { conversation_id: id } = c.req.valid('param')
    const page = pageOptions(c.req.valid('query'))
    return reply(c, pageText(await conversationsOf(c).page(id, page)))
  },
)

export const getConversationItem = endpoint(
  createRoute({
    method: 'get',
    path: `${path}/{item_id}`,
    operationId: 'retrieve_conversation_item',
    summary: 'Retrieve an item of a conversation',
    tags: ['Conversations'],
    request: { params: itemPlace },
    responses: {
      200: jsonAnswer('The item.', outputItem),
      ...errorResponses(401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { conversation_id: id, item_id: item } = c.req.valid('param')
    return reply(c, JSON.stringify(await conversationsOf(c).item(id, item)))
  },
)

export const deleteConversationItem = endpoint(
  createRoute({
    method: 'delete',
    path: `${path}/{item_id}`,
    operationId: 'delete_conversation_item',
    summary: 'Delete an item of a conversation',
    tags: ['Conversations'],
    request: { params: itemPlace },
    responses: {
      200: jsonAnswer('The conversation it was in.', conversationObject),
      ...errorResponses(401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { conversation_id: id, item_id: item } = c.req.valid('param')
    return reply(c, JSON.stringify(await conversationsOf(c).remove(id, item)))
  },
)
