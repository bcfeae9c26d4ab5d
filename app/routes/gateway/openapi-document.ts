import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'

/** `document` makes the OpenAPI document as JSON text. */
export function openApiDocument(document: () => string) {
  return endpoint(
    createRoute({
      method: 'get',
      path: '/openapi.json',
      operationId: 'openapi_document',
      summary: 'OpenAPI document',
      tags: ['Gateway'],
      security: [],
      responses: {
        200: jsonAnswer('OpenAPI 3.1.', z.looseObject({ openapi: z.string() }).openapi('OpenApi')),
        ...errorResponses('4XX'),
      },
    }),
    (c) => reply(c, document(), { headers: { 'cache-control': 'no-cache' } }),
  )
}
