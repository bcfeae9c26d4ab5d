import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/reply.ts'
import { endpoint } from '../../http/surface.ts'
import { errorResponses } from '../openai/error-contract.ts'

/** Whether the process answers. No upstream is asked: a probe must not cost a model call or depend on AWS. */
export const health = endpoint(
  createRoute({
    method: 'get',
    path: '/health',
    operationId: 'health',
    summary: 'Whether the server answers',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: {
        description: 'It does.',
        content: {
          'application/json': { schema: z.object({ status: z.literal('ok') }).openapi('Health') },
        },
      },
      ...errorResponses('4XX'),
    },
  }),
  (c) => reply(c, '{"status":"ok"}', { headers: { 'cache-control': 'no-store' } }),
)

export const ping = endpoint(
  createRoute({
    method: 'get',
    path: '/ping',
    operationId: 'ping',
    summary: 'The cheapest sign of life, for load balancers',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: {
        description: 'The word pong.',
        content: { 'text/plain': { schema: z.literal('pong') } },
      },
      ...errorResponses('4XX'),
    },
  }),
  (c) =>
    reply(c, 'pong', {
      type: 'text/plain; charset=utf-8',
      headers: { 'cache-control': 'no-store' },
    }),
)
