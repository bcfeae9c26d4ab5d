import { createRoute, z } from '@hono/zod-openapi'
import { asGatewayError } from '../../errors.ts'
import { knowledgeOf } from '../../gateway/knowledge/knowledge.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { Services } from '../../ports/services.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { tags } from './bases.ts'

const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    service: z.literal('knowledge_bases'),
    provider: z.string().nullable().describe('Who keeps them: aws, embedded.'),
    aws_region: z.string().nullable(),
    checked: z
      .enum(['configuration', 'store'])
      .describe('What was looked at. AWS is never called for a probe.'),
    timestamp: z.string(),
    error: z.string().optional(),
  })
  .openapi('KnowledgeBasesHealth')

export const getKnowledgeBasesHealth = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/knowledge-bases/health',
    operationId: 'knowledge_bases_health',
    summary: 'Check the health of knowledge bases',
    tags,
    responses: {
      200: jsonAnswer('There are.', health),
      503: jsonAnswer('There are none, or their store does not answer.', health),
      ...errorResponses(401, 403, 429),
    },
  }),
  async (c) => {
    const found = await examine(c.get('services'))
    const status = found.status === 'healthy' ? 200 : 503
    return reply(c, JSON.stringify(found), { status })
  },
  { path: '/v1/knowledge-bases/{knowledge_base_id}', only: '/v1/knowledge-bases/health' },
)

async function examine(services: Services): Promise<z.infer<typeof health>> {
  const { KNOWLEDGE_BASE_REGION, AWS_BEDROCK_REGIONS, AWS_REGION, AWS_DEFAULT_REGION } =
    services.config
  const provider = services.knowledge?.name ?? null
  const region =
    KNOWLEDGE_BASE_REGION ?? AWS_BEDROCK_REGIONS[0] ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? null
  const keptHere = provider === KEPT_HERE
  const facts = {
    service: 'knowledge_bases' as const,
    provider,
    aws_region: keptHere ? null : region,
    checked: keptHere ? ('store' as const) : ('configuration' as const),
    timestamp: new Date().toISOString(),
  }
  try {
    knowledgeOf(services)
    if (keptHere) await services.state.get('health', 'knowledge-bases')
    return { status: 'healthy', ...facts }
  } catch (thrown) {
    return { status: 'unhealthy', ...facts, error: asGatewayError(thrown).message }
  }
}

const KEPT_HERE = 'embedded'
