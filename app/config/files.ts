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
      'The folder of uploaded files, where no bucket is configured; `memory` keeps nothing beyond the process. Not read on Lambda and Workers.',
    ),
  MAX_FILE_BYTES: number(512 * 1024 * 1024, 1).describe(
    "The largest file in bytes that OpenAI's Files API takes, and the largest part of an upload.",
  ),
  MAX_ANTHROPIC_FILE_BYTES: number(500 * 1024 * 1024, 1).describe(
    "The largest file in bytes that Anthropic's Files API takes.",
  ),
  MAX_UPLOAD_BYTES: number(8 * 1024 ** 3, 1).describe(
    'The largest file in bytes that may be uploaded in parts.',
  ),
  AWS_S3_BUCKET: z
    .preprocess(blankIsAbsent, bucket.optional())
    .describe('The S3 bucket that files are kept in, instead of FILES_DIR.'),
  AWS_S3_FILES_PREFIX: prefix('files/').describe('What the keys of files begin with.'),
  AWS_S3_TMP_PREFIX: prefix('tmp/').describe(
    'What the keys of attachments begin with that are put into S3 for one request. Let S3 remove them after a day.',
  ),
  AWS_S3_REGIONAL_BUCKETS: json(z.record(region, bucket)).describe(
    'JSON: buckets for such attachments by the Bedrock region that reads them: `{"eu-west-1": "my-bucket"}`. AWS_S3_BUCKET serves the others.',
  ),
  AWS_S3_ACCEPTED_BUCKETS: list(bucket).describe(
    "Buckets that callers may name in `s3://` addresses, beside this server's own; comma separated.",
  ),
  AWS_S3_SSE: z
    .preprocess(blankIsAbsent, z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional())
    .describe('How S3 encrypts what is written; as the bucket says when absent.'),
  AWS_S3_SSE_KMS_KEY_ID: text().describe('The KMS key for that; switches `aws:kms` on.'),
  AWS_ENDPOINT_URL_S3: text().describe(
    'The endpoint of S3, or of what speaks its language: R2, MinIO.',
  ),
  AWS_S3_TIMEOUT: seconds(120, 0.001).describe(
    'Seconds S3 may take to begin its answer to one request; a request that took longer is tried again, twice.',
  ),
  AWS_S3_ACCELERATE: flag(false).describe('Use S3 Transfer Acceleration.'),
} as const
