import { z } from '@hono/zod-openapi'
import { blankIsAbsent, list, text } from './values.ts'

/** The words the AWS SDKs know. Any other would leave the endpoints as they are, and nobody would hear of it. */
const trueOrFalse = () =>
  z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^(true|false)$/i, 'neither true nor false')
      .optional(),
  )

/** Who we are to AWS, and where it is. */
export const awsVariables = {
  AWS_REGION: text().describe('The AWS region, as the AWS SDKs read it.'),
  AWS_DEFAULT_REGION: text().describe('Read when AWS_REGION is absent.'),
  AWS_BEDROCK_REGIONS: list().describe('Bedrock regions in order of preference, comma separated.'),
  AWS_BEARER_TOKEN_BEDROCK: text().describe(
    'A Bedrock API key; takes precedence over signed requests.',
  ),
  AWS_ACCESS_KEY_ID: text().describe('Static AWS credentials.'),
  AWS_SECRET_ACCESS_KEY: text().describe('Static AWS credentials.'),
  AWS_SESSION_TOKEN: text().describe('Static AWS credentials: the token of temporary ones.'),
  AWS_PROFILE: text().describe('A profile of the shared AWS configuration.'),
  AWS_ENDPOINT_URL: text().describe(
    'One endpoint for every AWS service; `{region}` in it is replaced by the region called.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: text().describe(
    'The endpoint of Bedrock Runtime; with a suffix such as `_US_EAST_1`, that of one region.',
  ),
  AWS_ENDPOINT_URL_BEDROCK: text().describe(
    "The endpoint of the Bedrock control plane; one region's with a suffix as above.",
  ),
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: trueOrFalse().describe(
    '`true` ignores AWS_ENDPOINT_URL and all `AWS_ENDPOINT_URL_*`.',
  ),
  AWS_USE_FIPS_ENDPOINT: trueOrFalse().describe('`true` uses the FIPS endpoints of AWS.'),
  AWS_USE_DUALSTACK_ENDPOINT: trueOrFalse().describe(
    '`true` uses the dual-stack (IPv4 and IPv6) endpoints of AWS.',
  ),
} as const
