import { createRoute, z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import { replyAsset } from '../../http/answers/packed-asset.ts'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { errorResponses } from '../openai/error-contract.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outcrop API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript. The same as JSON: <a href="openapi.json">openapi.json</a></noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

/** Nothing from elsewhere, nothing inline but the style attributes that Swagger UI's own markup carries. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const docs = endpoint(
  createRoute({
    method: 'get',
    path: '/docs',
    operationId: 'docs',
    summary: 'API documentation page',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: {
        description: 'Swagger UI, served from here.',
        content: { 'text/html': { schema: z.string() } },
      },
      ...errorResponses('4XX'),
    },
  }),
  (c) =>
    reply(c, PAGE, {
      type: 'text/html; charset=utf-8',
      headers: {
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'cache-control': 'no-cache',
      },
    }),
)

export const docsAsset = endpoint(
  createRoute({
    method: 'get',
    path: '/docs/{asset}',
    operationId: 'docs_asset',
    summary: 'A script or style of the docs page',
    tags: ['Gateway'],
    security: [],
    request: {
      params: z.object({ asset: z.string().openapi({ example: 'swagger-ui.css' }) }),
    },
    responses: {
      200: {
        description: 'The asset, gzipped where the caller takes that.',
        content: {
          'text/css': { schema: z.string() },
          'text/javascript': { schema: z.string() },
          'text/plain': { schema: z.string() },
        },
      },
      304: { description: 'The caller holds this version.' },
      ...errorResponses(404),
    },
  }),
  (c) => serveAsset(c, c.req.param('asset')),
)

async function serveAsset(c: HttpContext, name: string): Promise<Response> {
  if (name === 'start.js') {
    return reply(c, START, {
      type: 'text/javascript; charset=utf-8',
      headers: { 'cache-control': 'no-cache' },
    })
  }
  // Two thirds of a megabyte, loaded only when somebody opens the page.
  const { swaggerAssets } = await import('./swagger-assets.generated.ts')
  const asset = Object.hasOwn(swaggerAssets, name) ? swaggerAssets[name] : undefined
  if (!asset) {
    throw new GatewayError('not-found', `The docs page has no ${name}.`, { reason: 'unknown_url' })
  }
  return replyAsset(c, asset)
}
