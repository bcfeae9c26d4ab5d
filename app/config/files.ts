import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, flag, json, list, number, seconds, text } from './values.ts'

const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'not the name of an S3 bucket')

const prefix = (fallback: string) =>
  z.preprocess(
    blankIsAbsent,
    z
      .string()
      .max(100)
      .regex(/^(?:[\w!.*'()-]+\/)*$/, 'not a prefix of keys, which ends with a slash')
      .default(fallback),
  )

/** Where files are kept, and how large they may be. */
export const fileVariables = {
  FILES_DIR: z
    .preprocess(blankIsAbsent, z.string().default('.outcrop/files'))
    .describe(
      'The folder of uploaded files when no bucket is configured; `memory` keeps them only in the process. Not used on Lambda and Workers.',
    ),
  MAX_FILE_BYTES: number(512 * 1024 * 1024, 1).describe(
    "The largest file in bytes that OpenAI's Files API accepts, and the largest part of an upload.",
  ),
  MAX_ANTHROPIC_FILE_BYTES: number(500 * 1024 * 1024, 1).describe(
    "The largest file in bytes that Anthropic's Files API accepts.",
  ),
  MAX_UPLOAD_BYTES: number(8 * 1024 ** 3, 1).describe(
    'The largest file in bytes that can be uploaded in parts.',
  ),
  AWS_S3_BUCKET: z
    .preprocess(blankIsAbsent, bucket.optional())
    .describe('The S3 bucket for files, instead of FILES_DIR.'),
  AWS_S3_FILES_PREFIX: prefix('files/').describe('The S3 key prefix of files.'),
  AWS_S3_TMP_PREFIX: prefix('tmp/').describe(
    'The S3 key prefix of attachments stored for one request. Let an S3 lifecycle rule delete them after a day.',
  ),
  AWS_S3_REGIONAL_BUCKETS: json(z.record(region, bucket)).describe(
    'JSON: buckets for those attachments, by the Bedrock region that reads them: `{"eu-west-1": "my-bucket"}`. Other regions use AWS_S3_BUCKET.',
  ),
  AWS_S3_ACCEPTED_BUCKETS: list(bucket).describe(
    "Buckets that requests may name in `s3://` URLs, besides this server's own; comma separated.",
  ),
  AWS_S3_SSE: z
    .preprocess(blankIsAbsent, z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional())
    .describe('The server-side encryption of objects in S3. Default: the setting of the bucket.'),
  AWS_S3_SSE_KMS_KEY_ID: text().describe('The KMS key for that; implies `aws:kms`.'),
  AWS_ENDPOINT_URL_S3: text().describe('The endpoint of S3 or of a compatible store: R2, MinIO.'),
  AWS_S3_TIMEOUT: seconds(120, 0.001).describe(
    'Seconds S3 may take to begin a response, or stand still in the middle of one. A request whose response does not begin in time is retried twice.',
  ),
  AWS_S3_ACCELERATE: flag(false).describe('Use S3 Transfer Acceleration.'),
} as const
