import { createRoute, z } from '@hono/zod-openapi'
import { encodeStoredMessage, storedMessage } from '../../../dialects/openai-chat/stored-message.ts'
import { chatCompletion } from '../../../dialects/openai-chat/wire-reply.ts'
import { reply } from '../../../http/answers/reply.ts'
import { endpoint } from '../../../http/endpoint.ts'
import type { CompletionFilter } from '../../../library/responses/stored-completions.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { errorResponses } from '../error-contract.ts'
import { pageOptions, pageQuery, pageSchema, pageText } from '../paging.ts'
import { completionId, stored } from './stored-completions.ts'

const listQuery = z.object({
  ...pageQuery,
  model: z.string().optional().describe('Only those that were asked of this model.'),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .describe('Only those with these labels: `metadata[topic]=geology`.')
    .openapi({ param: { name: 'metadata', in: 'query', style: 'deepObject', explode: true } }),
})

export const listStoredCompletions = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/chat/completions',
    operationId: 'list_chat_completions',
    summary: 'List stored chat completions',
    description: 'Those created with `store: true`, in the order they were asked for.',
    tags: ['Chat'],
    request: { query: listQuery },
    responses: {
      200: jsonAnswer(
        'One page of them.',
        pageSchema(chatCompletion).openapi('ChatCompletionList'),
      ),
      ...errorResponses(400, 401, 403, 429, 500),
    },
  }),
  async (c) => {
    const { model, ...page } = c.req.valid('query')
    const filter: CompletionFilter = { model: model || undefined, labels: labelsIn(c.req.query()) }
    return reply(c, pageText(await stored(c).list(pageOptions(page), filter)))
  },
)

export const listStoredMessages = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/chat/completions/{completion_id}/messages',
    operationId: 'list_chat_completion_messages',
    summary: 'List the messages of a stored chat completion',
    tags: ['Chat'],
    request: { params: completionId, query: z.object(pageQuery) },
    responses: {
      200: jsonAnswer(
        'One page of the messages of the request.',
        pageSchema(storedMessage).openapi('ChatCompletionMessageList'),
      ),
      ...errorResponses(400, 401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { completion_id: id } = c.req.valid('param')
    const { data, hasMore } = await stored(c).messages(id, pageOptions(c.req.valid('query')))
    const messages = data.map((asked) => encodeStoredMessage(asked.message, asked.id))
    return reply(c, pageText({ data: messages, hasMore }))
  },
)

const LABEL = /^metadata\[(.*)\]$/s

/** Hono leaves the brackets of `metadata[topic]=geology` in the name. */
function labelsIn(query: Record<string, string>): [key: string, value: string][] {
  return Object.entries(query).flatMap(([name, value]) => {
    const key = LABEL.exec(name)?.[1]
    return key === undefined ? [] : [[key, value]]
  })
}
