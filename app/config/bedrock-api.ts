import { z } from '@hono/zod-openapi'
import { blankIsAbsent, json, names } from './values.ts'

const port = z.preprocess(blankIsAbsent, z.coerce.number().int().min(0).max(65535).optional())

/** How callers come who speak to Bedrock. */
export const bedrockApiVariables = {
  BEDROCK_API_CREDENTIALS: json(names).describe(
    'JSON: access keys with which AWS\'s clients may sign requests to this server\'s Bedrock API, and their secrets: `{"AKIDEXAMPLE": "secret"}`. They are this server\'s own, not keys of AWS.',
  ),
  HTTP2_PORT: port.describe(
    "A second port, for HTTP/2 without TLS, which AWS's client for JavaScript speaks unless told otherwise; 0 takes a free one. Node only; off when absent.",
  ),
} as const
