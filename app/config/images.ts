import { z } from '@hono/zod-openapi'
import { blankIsAbsent, count, number } from './values.ts'

/** How pictures are drawn, read and handed out. */
export const imageVariables = {
  DEFAULT_IMAGE_MODEL: z
    .preprocess(blankIsAbsent, z.string().default('dall-e-2'))
    .describe('The model that draws where a request names none.'),
  MAX_CONCURRENT_IMAGES: count(4, 1, 100).describe(
    'Calls to the model that one request for pictures may have open at the same time.',
  ),
  MAX_IMAGE_PIXELS: number(16 * 1024 * 1024, 1).describe(
    'Pixels of the largest picture that is taken for an edit or a variation. Its head is looked at before it is unpacked, for a small file may hold a very large picture.',
  ),
  IMAGE_URL_SECRET: z
    .preprocess(blankIsAbsent, z.string().min(16, 'shorter than 16 characters').optional())
    .describe(
      'Signs the addresses of pictures where no S3 bucket does. Default: a secret that is made once and kept in the state store; set it where several instances share none.',
    ),
} as const
