import { createRoute, z } from '@hono/zod-openapi'
import { metadata } from '../../../dialects/openai-responses/wire.ts'
import { inputItem } from '../../../dialects/openai-responses/wire-items.ts'
import { limitMetadata } from '../../../dialects/openai-settings.ts'
import { reply } from '../../../http/answers/reply.ts'
import { checkedBody, parsedBody } from '../../../http/bodies/json-body.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { conversations } from '../../../library/responses/conversations.ts'
import { referredItems } from '../../../library/responses/referred-items.ts'
import type { Item } from '../../../library/responses/response-items.ts'
import { storedResponses } from '../../../library/responses/stored-responses.ts'
import { jsonAnswer, jsonRequest } from '../../json-contract.ts'
import { deletion } from '../deletion.ts'
import { errorResponses } from '../error-contract.ts'

/** The conversations of whoever asks. */
export const conversationsOf = (c: HttpContext) => conversations(c.get('services'), caller(c).owner)

/** What is added, with the items themselves in the place of those that only name them. */
export const spelledOut = (c: HttpContext, items: readonly unknown[]): Promise<Item[]> =>
  referredItems(items as Item[], {
    responses: storedResponses(c.get('services'), caller(c).owner),
    conversations: conversationsOf(c),
    at: 'items',
  })

export const conversationId = z.object({
  conversation_id: z.string().describe('The id of a conversation.'),
})

const MOST_ITEMS = 20

/** Items that are added at once. */
export const addedItems = z.array(inputItem).max(MOST_ITEMS)

export const conversationObject = z
  .object({
    id: z.string(),
    object: z.literal('conversation'),
    created_at: z.number().describe('Unix time in seconds.'),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi('Conversation')

const answer = {
  200: jsonAnswer('The conversation.', conversationObject),
}

const newConversation = z
  .looseObject({ items: addedItems.nullish(), metadata: metadata.nullish() })
  .openapi('CreateConversationRequest')

export const createConversation = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/conversations',
    operationId: 'create_conversation',
    summary: 'Create a conversation',
    tags: ['Conversations'],
    request: { body: { ...jsonRequest(newConversation), required: false } },
    responses: { ...answer, ...errorResponses(400, 401, 403, 404, 413, 429, 500) },
  }),
  async (c) => {
    // The SDKs send nothing where there is nothing to say.
    const sent = checkedBody(c, await parsedBody(c, {}), { schema: newConversation })
    const { items, metadata: labels } = sent as z.infer<typeof newConversation>
    if (labels) limitMetadata(labels)
    const first = await spelledOut(c, items ?? [])
    const created = await conversationsOf(c).create(labels ?? {}, first)
    return reply(c, JSON.stringify(created))
  },
  { readsItself: true },
)

export const getConversation = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/conversations/{conversation_id}',
    operationId: 'retrieve_conversation',
    summary: 'Retrieve a conversation',
    tags: ['Conversations'],
    request: { params: conversationId },
    responses: { ...answer, ...errorResponses(401, 403, 404, 429, 500) },
  }),
  async (c) => {
    const { conversation_id: id } = c.req.valid('param')
    return reply(c, JSON.stringify(await conversationsOf(c).retrieve(id)))
  },
)

export const updateConversation = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/conversations/{conversation_id}',
    operationId: 'update_conversation',
    summary: 'Update the metadata of a conversation',
    tags: ['Conversations'],
    request: {
      params: conversationId,
      body: jsonRequest(
        z.looseObject({ metadata: metadata.nullable() }).openapi('UpdateConversationRequest'),
      ),
    },
    responses: { ...answer, ...errorResponses(400, 401, 403, 404, 409, 413, 429, 500) },
  }),
  async (c) => {
    const { conversation_id: id } = c.req.valid('param')
    const labels = c.req.valid('json').metadata ?? {}
    limitMetadata(labels)
    return reply(c, JSON.stringify(await conversationsOf(c).label(id, labels)))
  },
)

const gone = deletion({ object: 'conversation.deleted', name: 'ConversationDeleted' })

export const deleteConversation = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/conversations/{conversation_id}',
    operationId: 'delete_conversation',
    summary: 'Delete a conversation and its items',
    tags: ['Conversations'],
    request: { params: conversationId },
    responses: {
      ...gone.responses,
      ...errorResponses(401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { conversation_id: id } = c.req.valid('param')
    await conversationsOf(c).delete(id)
    return gone.answer(c, id)
  },
)
