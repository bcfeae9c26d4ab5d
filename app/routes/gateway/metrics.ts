import { createRoute, z } from '@hono/zod-openapi'
import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import { requireUsageOfAll } from '../../http/access/usage-access.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { Endpoint } from '../../http/surface.ts'
import { errorResponses } from '../openai/error-contract.ts'

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** What is counted of requests, for Prometheus; nothing where METRICS is off. */
export function getMetrics({ METRICS: who }: Pick<Config, 'METRICS'>): Endpoint[] {
  if (who === 'off') return []
  const contract = createRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'get_metrics',
    summary: 'Prometheus metrics',
    description:
      'Requests, tokens, durations, attempts and limits of this instance since its start, for Prometheus. Who may read it is told by METRICS.',
    tags: ['Gateway'],
    ...(who === 'open' && { security: [] }),
    responses: {
      200: {
        description: "Prometheus's text format 0.0.4.",
        content: { 'text/plain': { schema: z.string() } },
      },
      ...errorResponses(401, 403, 404, 429),
    },
  })
  const answer = endpoint(contract, (c) => {
    if (who === 'admin') requireUsageOfAll(c)
    const { metrics } = c.get('services')
    if (!metrics) throw new GatewayError('not-found', 'Nothing is measured here.')
    return reply(c, metrics.text(), { type: TYPE, headers: { 'cache-control': 'no-store' } })
  })
  return [answer]
}
