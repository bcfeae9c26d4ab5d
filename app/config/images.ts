import { z } from '@hono/zod-openapi'
import { blankIsAbsent, count, number } from './values.ts'

/** How pictures are drawn, read and handed out. */
export const imageVariables = {
  DEFAULT_IMAGE_MODEL: z
    .preprocess(blankIsAbsent, z.string().default('dall-e-2'))
    .describe('The image model for requests that name none.'),
  MAX_CONCURRENT_IMAGES: count(4, 1, 100).describe(
    'Model calls that one image request may have open at the same time.',
  ),
  MAX_IMAGE_PIXELS: number(16 * 1024 * 1024, 1).describe(
    'The most pixels of an image to edit or vary. The file header is checked before decoding, since a small file may hold a very large image.',
  ),
  IMAGE_URL_SECRET: z
    .preprocess(blankIsAbsent, z.string().min(16, 'shorter than 16 characters').optional())
    .describe(
      'Signs image URLs when no S3 bucket is configured. Default: a secret made once and kept in the state store; set it when instances do not share one.',
    ),
} as const
