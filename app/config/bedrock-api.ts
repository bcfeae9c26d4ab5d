import { z } from '@hono/zod-openapi'
import { blankIsAbsent, json, names } from './values.ts'

const port = z.preprocess(blankIsAbsent, z.coerce.number().int().min(0).max(65535).optional())

/** How callers come who speak to Bedrock. */
export const bedrockApiVariables = {
  BEDROCK_API_CREDENTIALS: json(names).describe(
    'JSON: access key ids and secrets with which AWS clients may sign requests to this server\'s Bedrock API: `{"AKIDEXAMPLE": "secret"}`. They belong to this server and are not AWS keys.',
  ),
  HTTP2_PORT: port.describe(
    "A second port for HTTP/2 without TLS, the default of AWS's JavaScript client; 0 takes a free one. Node only; off when absent.",
  ),
} as const
