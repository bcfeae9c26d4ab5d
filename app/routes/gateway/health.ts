import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { ABOUT } from '../about-us.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { examineServices, healthStatus, servicesHealth } from '../services-health.ts'

/** Whether the process answers, and what is known of those it calls: no upstream is asked for a probe. */
export const health = endpoint(
  createRoute({
    method: 'get',
    path: '/health',
    operationId: 'health',
    summary: 'Check the health of the server',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: jsonAnswer(
        'It does. Whether those it calls do is told by what it last heard of them.',
        z
          .object({
            status: healthStatus,
            timestamp: z.string(),
            version: z.string(),
            ...servicesHealth,
          })
          .openapi('Health'),
      ),
      ...errorResponses('4XX'),
    },
  }),
  (c) => {
    const { status, timestamp, ...services } = examineServices(c.get('services'))
    const body = { status, timestamp, version: ABOUT.version, ...services }
    return reply(c, JSON.stringify(body), { headers: { 'cache-control': 'no-store' } })
  },
)

export const ping = endpoint(
  createRoute({
    method: 'get',
    path: '/ping',
    operationId: 'ping',
    summary: 'Liveness probe for load balancers',
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
