import { createRoute, z } from '@hono/zod-openapi'
import { sendContent } from '../../../http/bodies/content.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { addressSecret, type DrawnStore, drawnStore } from '../../../library/files/drawn-images.ts'
import type { Services } from '../../../ports/services.ts'
import { errorResponses } from '../error-contract.ts'

/** Below this path lie the pictures whose address was asked for. */
export const PICTURES = '/v1/images/files'

export type OpenStore = (services: Services) => DrawnStore

/** The store of one app, which asks for its secret once. */
export function openDrawnStore(): OpenStore {
  let opened: DrawnStore | undefined
  return (services) => {
    opened ??= drawnStore(services, addressSecret(services))
    return opened
  }
}

/** A picture by an address that proves itself: whoever has it may see it, as with OpenAI's. */
export const getDrawnImage = (open: OpenStore) =>
  endpoint(
    createRoute({
      method: 'get',
      path: `${PICTURES}/{id}`,
      operationId: 'get_drawn_image',
      summary: 'Download a generated image',
      description:
        'The `url` of an answer with pictures. It needs no key and holds for an hour; everything else is a 404.',
      tags: ['Images'],
      security: [],
      request: {
        params: z.object({ id: z.string().describe('The name in the address.') }),
        query: z.object({
          expires: z.coerce.number().optional().describe('Unix seconds until which it holds.'),
          signature: z.string().optional().describe('That the address is ours.'),
        }),
      },
      responses: {
        200: {
          description: 'The picture.',
          content: { 'image/*': { schema: z.string().openapi({ format: 'binary' }) } },
        },
        ...errorResponses(400, 404, 500, 503),
      },
    }),
    async (c) => {
      const { expires = 0, signature = '' } = c.req.valid('query')
      const store = open(c.get('services'))
      const image = await store.find(c.req.valid('param').id, { expires, signature })
      return sendContent(c, { ...image, name: image.id, etag: `"${image.id}"` })
    },
  )
