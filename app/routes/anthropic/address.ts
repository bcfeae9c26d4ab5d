import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from './model-errors.ts'
import type { Place } from './place.ts'

/** Claude Code 2.1.197 looks whether somebody is there before it begins, without a key. */
export const address = ({ prefix, name }: Place) =>
  endpoint(
    createRoute({
      method: 'get',
      path: prefix,
      operationId: name('address'),
      summary: "Check that Anthropic's API is served",
      tags: ['Anthropic'],
      security: [],
      responses: {
        200: jsonAnswer('It is.', z.object({ messages: z.string() })),
        ...errorResponses('4XX'),
      },
    }),
    (c) => reply(c, JSON.stringify({ messages: `${prefix}/v1/messages` })),
  )

/** Where Claude Code 2.1.330 looks, as at api.anthropic.com. */
export const hello = ({ prefix, name }: Place) =>
  endpoint(
    createRoute({
      method: 'get',
      path: `${prefix}/api/hello`,
      operationId: name('hello'),
      summary: 'Whether somebody is there',
      tags: ['Anthropic'],
      security: [],
      responses: {
        200: jsonAnswer('Somebody is.', z.object({ message: z.literal('hello') })),
        ...errorResponses('4XX'),
      },
    }),
    (c) => reply(c, '{"message":"hello"}'),
  )
