import { z } from '@hono/zod-openapi'
import { blankIsAbsent, count, seconds } from './values.ts'

/** How much is asked at once for one list of inputs, and how jobs over S3 are watched. */
export const embeddingVariables = {
  MAX_CONCURRENT_EMBEDDINGS: count(16, 1, 1000).describe(
    'Model calls that one embedding request may have open at the same time.',
  ),
  AWS_BEDROCK_JOB_POLL_SECONDS: seconds(2, 0.001).describe(
    'Seconds between two polls of an asynchronous Bedrock job, which embeds video and audio.',
  ),
  AWS_ACCOUNT_ID: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^\d{12}$/, 'not an AWS account id of 12 digits')
        .optional(),
    )
    .describe(
      "The account that owns this server's buckets. TwelveLabs models need it to read from S3.",
    ),
} as const
