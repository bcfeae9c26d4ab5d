import { z } from '@hono/zod-openapi'
import { json, text } from './values.ts'

/** Where models of Bedrock are asked in OpenAI's own language. */
export const bedrockOpenaiVariables = {
  AWS_BEDROCK_OPENAI_ENDPOINTS: json(
    z.record(z.string().min(1), z.enum(['off', 'runtime', 'mantle'])),
  ).describe(
    'JSON: which OpenAI-compatible Bedrock endpoint serves a model, by id prefix; the longest prefix counts. `{"openai.gpt-oss": "runtime"}` relays chat completions unchanged to bedrock-runtime, `mantle` to bedrock-mantle; `off` uses Converse. By default bedrock-mantle serves only models that are available nowhere else.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_MANTLE: text().describe('The endpoint of bedrock-mantle.'),
} as const
