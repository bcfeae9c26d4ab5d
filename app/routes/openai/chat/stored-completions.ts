import { createRoute, z } from '@hono/zod-openapi'
import { chatCompletion } from '../../../dialects/openai-chat/wire-reply.ts'
import { MOST_LABELS } from '../../../dialects/openai-settings.ts'
import { reply } from '../../../http/answers/reply.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { storedCompletions } from '../../../library/responses/stored-completions.ts'
import { jsonAnswer, jsonRequest } from '../../json-contract.ts'
import { deletion } from '../deletion.ts'
import { errorResponses } from '../error-contract.ts'

/** The completions of whoever asks. */
export const stored = (c: HttpContext) => storedCompletions(c.get('services'), caller(c).owner)

export const completionId = z.object({
  completion_id: z.string().describe('The id of a chat completion created with `store: true`.'),
})

const labels = z
  .record(z.string().max(64), z.string().max(512))
  .refine((all) => Object.keys(all).length <= MOST_LABELS, {
    error: `too many properties. Expected an object with at most ${MOST_LABELS} properties`,
  })
  .nullable()
  .describe("The caller's own labels, at most 16. They replace those there were.")

const found = {
  200: jsonAnswer('The chat completion.', chatCompletion),
}

export const getStoredCompletion = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/chat/completions/{completion_id}',
    operationId: 'retrieve_chat_completion',
    summary: 'Retrieve a stored chat completion',
    tags: ['Chat'],
    request: { params: completionId },
    responses: { ...found, ...errorResponses(401, 403, 404, 429, 500) },
  }),
  async (c) => {
    const { completion_id: id } = c.req.valid('param')
    return reply(c, JSON.stringify(await stored(c).retrieve(id)))
  },
)

export const updateStoredCompletion = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/chat/completions/{completion_id}',
    operationId: 'update_chat_completion',
    summary: 'Update the metadata of a stored chat completion',
    tags: ['Chat'],
    request: {
      params: completionId,
      body: jsonRequest(z.looseObject({ metadata: labels }).openapi('UpdateChatCompletionRequest')),
    },
    responses: { ...found, ...errorResponses(400, 401, 403, 404, 409, 413, 429, 500) },
  }),
  async (c) => {
    const { completion_id: id } = c.req.valid('param')
    const { metadata } = c.req.valid('json')
    return reply(c, JSON.stringify(await stored(c).label(id, metadata ?? {})))
  },
)

const gone = deletion({ object: 'chat.completion.deleted', name: 'ChatCompletionDeleted' })

export const deleteStoredCompletion = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/chat/completions/{completion_id}',
    operationId: 'delete_chat_completion',
    summary: 'Delete a stored chat completion and its input',
    tags: ['Chat'],
    request: { params: completionId },
    responses: {
      ...gone.responses,
      ...errorResponses(401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { completion_id: id } = c.req.valid('param')
    await stored(c).delete(id)
    return gone.answer(c, id)
  },
)
