import { z } from '@hono/zod-openapi'
import { blankIsAbsent } from './values.ts'

/** What stands in for AWS where there is none. */
export const embeddedVariables = {
  EMBEDDED_BUCKETS_DIR: z
    .preprocess(blankIsAbsent, z.string().default('.outcrop/buckets'))
    .describe(
      'The folder whose subfolders stand in for S3 buckets when S3 is not used. Any caller may read `s3://bucket/key` from `bucket/key` below it. Not used on Lambda and Workers.',
    ),
} as const
