import { createRoute, z } from '@hono/zod-openapi'
import { BODY_FORMATS } from '../../../dialects/detect.ts'
import { reply } from '../../../http/answers/reply.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { ABOUT } from '../../about-us.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { examineServices, healthStatus, servicesHealth } from '../../services-health.ts'
import { errorResponses } from '../error-contract.ts'

const formats = z.array(z.enum(BODY_FORMATS))

/** What the unified endpoint hears and whom it can ask. */
export const getChatHealth = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/chat/completions/health',
    operationId: 'chat_completions_health',
    summary: 'Check the health of chat completions',
    tags: ['Chat'],
    responses: {
      200: jsonAnswer(
        'The endpoint answers; the services say whether models do.',
        z
          .object({
            status: healthStatus,
            timestamp: z.string(),
            version: z.string(),
            message: z.string(),
            supported_input_formats: formats,
            supported_output_formats: formats,
            model_routing: z.literal('enabled'),
            streaming_support: z.literal('enabled'),
            ...servicesHealth,
          })
          .openapi('ChatHealth'),
      ),
      ...errorResponses(401, 403, 429),
    },
  }),
  (c) => {
    const { status, timestamp, ...services } = examineServices(c.get('services'))
    const body = {
      status,
      timestamp,
      version: ABOUT.version,
      message: MESSAGES[status],
      supported_input_formats: BODY_FORMATS,
      supported_output_formats: BODY_FORMATS,
      model_routing: 'enabled',
      streaming_support: 'enabled',
      ...services,
    }
    return reply(c, JSON.stringify(body), { headers: { 'cache-control': 'no-store' } })
  },
  { path: '/v1/chat/completions/{completion_id}', only: '/v1/chat/completions/health' },
)

const MESSAGES = {
  healthy: 'Unified model routing operational',
  degraded: 'None of the services answered when last asked',
} as const
