import { createRoute, z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import { replyAsset } from '../../http/answers/packed-asset.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { errorResponses } from '../openai/error-contract.ts'

/** Nothing from elsewhere, nothing inline, and no text that turns into markup. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Attachments are shown before they are sent.
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

export const dashboard = endpoint(
  createRoute({
    method: 'get',
    path: '/dashboard',
    operationId: 'dashboard',
    summary: 'Usage dashboard',
    description: 'The page asks for the key of an admin and shows what `/v1/usage` tells.',
    tags: ['Gateway'],
    security: [],
    responses: {
      200: {
        description: 'A page, served from here.',
        content: { 'text/html': { schema: z.string() } },
      },
      304: { description: 'The caller holds this version.' },
      ...errorResponses('4XX'),
    },
  }),
  (c) => replyPage(c, 'dashboard.html'),
)

export const pageAsset = endpoint(
  createRoute({
    method: 'get',
    path: '/pages/{asset}',
    operationId: 'page_asset',
    summary: 'A script, style or image of the pages',
    tags: ['Gateway'],
    security: [],
    request: {
      params: z.object({ asset: z.string().openapi({ example: 'dashboard.js' }) }),
    },
    responses: {
      200: {
        description: 'The asset, gzipped where the caller takes that.',
        content: {
          'text/css': { schema: z.string() },
          'text/javascript': { schema: z.string() },
          'image/svg+xml': { schema: z.string() },
        },
      },
      304: { description: 'The caller holds this version.' },
      ...errorResponses(404),
    },
  }),
  async (c) => {
    const name = c.req.param('asset')
    const asset = await assetOf(name)
    if (asset && !name.endsWith('.html')) return replyAsset(c, asset)
    throw new GatewayError('not-found', `The pages have no ${name}.`, { reason: 'unknown_url' })
  },
)

/** What `/` is in a browser. */
export const replyPlayground = (c: HttpContext): Promise<Response> =>
  replyPage(c, 'playground.html', { vary: 'accept, accept-encoding, origin' })

async function replyPage(
  c: HttpContext,
  name: string,
  more?: Record<string, string>,
): Promise<Response> {
  const page = (await assetOf(name))!
  return replyAsset(c, page, { 'content-security-policy': CONTENT_SECURITY_POLICY, ...more })
}

/** Programs never open the pages, so a start does not pay for them. */
async function assetOf(name: string) {
  const { pageAssets } = await import('./page-assets.generated.ts')
  return Object.hasOwn(pageAssets, name) ? pageAssets[name] : undefined
}
