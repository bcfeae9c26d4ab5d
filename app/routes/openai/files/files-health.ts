import { createRoute, z } from '@hono/zod-openapi'
import { asGatewayError } from '../../../errors.ts'
import { reply } from '../../../http/answers/reply.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { objectsOf } from '../../../library/files/files.ts'
import type { Services } from '../../../ports/services.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { errorResponses } from '../error-contract.ts'

const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    service: z.literal('files'),
    s3_bucket_configured: z.boolean(),
    aws_region: z.string().nullable(),
    credentials_valid: z
      .boolean()
      .nullable()
      .describe('Whether S3 let us in; null where files are not kept in S3.'),
    error: z.string().optional(),
  })
  .openapi('FilesHealth')

export const getFilesHealth = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/files/health',
    operationId: 'files_health',
    summary: 'Check the health of the file store',
    description: 'Asks the store itself.',
    tags: ['Files'],
    responses: {
      200: jsonAnswer('The store answers.', health),
      503: jsonAnswer('It does not, or there is none.', health),
      ...errorResponses(401, 403, 429),
    },
  }),
  async (c) => {
    const found = await examine(c.get('services'))
    const status = found.status === 'healthy' ? 200 : 503
    return reply(c, JSON.stringify(found), { status })
  },
  { path: '/v1/files/{file_id}', only: '/v1/files/health' },
)

async function examine(services: Services): Promise<z.infer<typeof health>> {
  const { AWS_S3_BUCKET, AWS_REGION, AWS_DEFAULT_REGION } = services.config
  const isS3 = AWS_S3_BUCKET !== undefined
  const facts = {
    service: 'files' as const,
    s3_bucket_configured: isS3,
    aws_region: AWS_REGION ?? AWS_DEFAULT_REGION ?? null,
  }
  try {
    await objectsOf(services).list('records/', { limit: 1 })
    return { status: 'healthy', ...facts, credentials_valid: isS3 ? true : null }
  } catch (thrown) {
    const { message } = asGatewayError(thrown)
    return { status: 'unhealthy', ...facts, credentials_valid: isS3 ? false : null, error: message }
  }
}
