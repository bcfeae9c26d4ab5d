import { createRoute, z } from '@hono/zod-openapi'
import { prefersPage } from '../../http/answers/conditional.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { ABOUT } from '../about-us.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { replyPlayground } from './pages.ts'

const LINKS = {
  docs: '/docs',
  openapi: '/openapi.json',
  health: '/health',
  models: '/v1/models',
  chat: '/v1/chat/completions',
  dashboard: '/dashboard',
} as const

const body = JSON.stringify({ ...ABOUT, links: LINKS })

const headers = {
  // RFC 8288, so that programs find the API from its address alone.
  link: '</openapi.json>; rel="service-desc", </docs>; rel="service-doc", </.well-known/api-catalog>; rel="api-catalog"',
  vary: 'accept, origin',
}

export const about = endpoint(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'about',
    summary: 'About this server',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: {
        description: 'Name, version and links; for a browser, a page to try models on.',
        content: {
          'text/html': { schema: z.string() },
          'application/json': {
            schema: z
              .object({
                name: z.string(),
                version: z.string(),
                description: z.string(),
                links: z.record(z.string(), z.string()),
              })
              .openapi('About'),
          },
        },
      },
      304: { description: 'The caller holds this version of the page.' },
      ...errorResponses('4XX'),
    },
  }),
  (c) => (prefersPage(c) ? replyPlayground(c) : reply(c, body, { headers })),
)
