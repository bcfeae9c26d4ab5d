import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from './model-errors.ts'
import type { Place } from './place.ts'

/** Claude Code looks whether somebody is there before it begins, without a key (seen of 2.1.197). */
export const address = ({ prefix, name }: Place) =>
  endpoint(
    createRoute({
      method: 'get',
      path: prefix,
      operationId: name('address'),
      summary: "Whether Anthropic's API is here",
      tags: ['Anthropic'],
      security: [],
      responses: {
        200: jsonAnswer('It is.', z.object({ messages: z.string() })),
        ...errorResponses('4XX'),
      },
    }),
    (c) => reply(c, JSON.stringify({ messages: `${prefix}/v1/messages` })),
  )
