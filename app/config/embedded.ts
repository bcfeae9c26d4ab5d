import { z } from '@hono/zod-openapi'
import { blankIsAbsent } from './values.ts'

/** What stands in for AWS where there is none. */
export const embeddedVariables = {
  EMBEDDED_BUCKETS_DIR: z
    .preprocess(blankIsAbsent, z.string().default('.outcrop/buckets'))
    .describe(
      'The folder whose folders stand in for S3 buckets while no S3 is in use: `s3://bucket/key` is read from `bucket/key` below it, by every caller. Not read on Lambda and Workers.',
    ),
} as const
