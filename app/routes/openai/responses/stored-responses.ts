import { createRoute, z } from '@hono/zod-openapi'
import type { FrameSource } from '../../../codecs/streams/pump.ts'
import { replayResponse } from '../../../dialects/openai-responses/stored-response.ts'
import {
  outputItem,
  responseEvent,
  responseObject,
} from '../../../dialects/openai-responses/wire-reply.ts'
import { GatewayError } from '../../../errors.ts'
import { reply } from '../../../http/answers/reply.ts'
import { respond } from '../../../http/answers/respond.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { deletion } from '../deletion.ts'
import { errorResponses } from '../error-contract.ts'
import { pageOptions, pageQuery, pageSchema, pageText } from '../paging.ts'
import { currentResponse, jobsOf, shelfOf } from './current-response.ts'
import { followed } from './response-background.ts'

const responseId = z.object({
  response_id: z.string().describe('The id of a response that is kept.'),
})

const found = {
  200: jsonAnswer('The response.', responseObject),
}

const flag = z.enum(['true', 'false']).transform((word) => word === 'true')

export const getResponse = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/responses/{response_id}',
    operationId: 'retrieve_response',
    summary: 'Retrieve a response',
    description:
      'With `stream` its events, from the beginning or behind `starting_after`; while it is worked on in the background they go on as they come.',
    tags: ['Responses'],
    request: {
      params: responseId,
      query: z.object({
        stream: flag.optional(),
        starting_after: z.coerce.number().int().min(0).optional(),
        include_obfuscation: flag.optional(),
      }),
    },
    responses: {
      200: {
        description: 'The response.',
        content: {
          'application/json': { schema: responseObject },
          'text/event-stream': { schema: responseEvent },
        },
      },
      ...errorResponses(400, 401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { response_id: id } = c.req.valid('param')
    const { stream, starting_after: startingAfter } = c.req.valid('query')
    const response = await currentResponse(c, id)
    if (!stream) return reply(c, JSON.stringify(response))
    const model = String(response['model'])
    if (response.background) return respond(c, followed(c, { id, model, startingAfter }))
    const frames = once(replayResponse(response, startingAfter))
    const record = { operation: 'chat', model, stream: true } as const
    return respond(c, { kind: 'stream', frames, headers: {}, record })
  },
)

function once(text: string): FrameSource {
  let rest: string | undefined = text
  return {
    keepAlive: '',
    async next() {
      const said = rest
      rest = undefined
      return said || undefined
    },
    fail: () => '',
    cancel() {
      rest = undefined
    },
  }
}

const gone = deletion({ object: 'response', name: 'ResponseDeleted' })

export const deleteResponse = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/responses/{response_id}',
    operationId: 'delete_response',
    summary: 'Delete a response and its input',
    tags: ['Responses'],
    request: { params: responseId },
    responses: {
      ...gone.responses,
      ...errorResponses(401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { response_id: id } = c.req.valid('param')
    const { background } = await shelfOf(c).retrieve(id)
    if (background) await jobsOf(c).cancel(id)
    await shelfOf(c).delete(id)
    if (background) await jobsOf(c).forget(id)
    return gone.answer(c, id)
  },
)

export const cancelResponse = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/responses/{response_id}/cancel',
    operationId: 'cancel_response',
    summary: 'Cancel a background response',
    description: 'One that has ended stays as it is.',
    tags: ['Responses'],
    request: { params: responseId },
    responses: { ...found, ...errorResponses(400, 401, 403, 404, 409, 429, 500) },
  }),
  async (c) => {
    const { response_id: id } = c.req.valid('param')
    const response = await currentResponse(c, id)
    if (!response.background) throw synchronous()
    if (response.status !== 'queued' && response.status !== 'in_progress') {
      return reply(c, JSON.stringify(response))
    }
    await jobsOf(c).cancel(id)
    const cancelled = await shelfOf(c).change(id, (now) =>
      now.status === 'queued' || now.status === 'in_progress'
        ? { ...now, status: 'cancelled' }
        : undefined,
    )
    return reply(c, JSON.stringify(cancelled))
  },
)

/** As OpenAI words it. */
const synchronous = () =>
  new GatewayError('invalid-request', 'Cannot cancel a synchronous response.')

export const listInputItems = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/responses/{response_id}/input_items',
    operationId: 'list_response_input_items',
    summary: 'List the input items of a response',
    description: 'All that its model was given, the conversation before it included.',
    tags: ['Responses'],
    request: {
      params: responseId,
      query: z.object({ ...pageQuery, order: pageQuery.order.default('desc') }),
    },
    responses: {
      200: jsonAnswer('One page of the items.', pageSchema(outputItem).openapi('ResponseItemList')),
      ...errorResponses(400, 401, 403, 404, 429, 500),
    },
  }),
  async (c) => {
    const { response_id: id } = c.req.valid('param')
    return reply(c, pageText(await shelfOf(c).page(id, pageOptions(c.req.valid('query')))))
  },
)
