import { z } from '@hono/zod-openapi'
import { json, text } from './values.ts'

/** Where models of Bedrock are asked in OpenAI's own language. */
export const bedrockOpenaiVariables = {
  AWS_BEDROCK_OPENAI_ENDPOINTS: json(
    z.record(z.string().min(1), z.enum(['off', 'runtime', 'mantle'])),
  ).describe(
    'JSON: which endpoint of OpenAI’s language Bedrock is asked at, by the beginning of the model id; the longest counts. `{"openai.gpt-oss": "runtime"}` relays chat completions unchanged to bedrock-runtime, `mantle` to bedrock-mantle; `off` leaves the model to Converse. By default only models that are nowhere else are asked at bedrock-mantle.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_MANTLE: text().describe('The endpoint of bedrock-mantle.'),
} as const
