import { z } from '@hono/zod-openapi'
import { blankIsAbsent, json, text } from './values.ts'

const isWebUrl = (value: string) =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && !new URL(value).username

const baseUrl = z
  .string()
  .refine(isWebUrl, 'not an http or https URL without a name and a password in it')

/** Header names are tokens (RFC 9110), and no value may end its line. */
const headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'not the name of a header'),
  z.string().regex(/^[\t\x20-\x7e]*$/, 'not the value of a header'),
)

/**
 * A server that speaks OpenAI's API. Strict, because a setting that is misspelt would leave a key or a
 * limit out in silence.
 */
const upstream = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'not a name of up to 32 of a-z, 0-9, - and _')
    .refine((name) => !['aws', 'embedded'].includes(name), 'a name that is taken'),
  base_url: baseUrl,
  api_key: z.string().min(1).optional(),
  api_key_env: z.string().min(1).optional(),
  models: z.array(z.string().min(1).max(255)).optional(),
  completion_models: z.array(z.string().min(1).max(255)).optional(),
  headers: headers.optional(),
  timeout: z.number().min(0.001).max(86_400).optional(),
  fetches_urls: z.boolean().optional(),
})

const upstreams = z.array(upstream).superRefine((all, context) => {
  const names = all.map(({ name }) => name)
  for (const name of new Set(names.filter((one, at) => names.indexOf(one) !== at))) {
    context.addIssue({ code: 'custom', message: `the name "${name}" is given twice` })
  }
})

/** OpenAI itself, and whatever speaks its language: Ollama, vLLM, llama.cpp, LM Studio, OpenRouter. */
export const openaiVariables = {
  OPENAI_API_KEY: text().describe(
    "OpenAI's key. With it, `gpt-*`, `o*` and every model the account lists are served by OpenAI.",
  ),
  OPENAI_BASE_URL: z
    .preprocess(blankIsAbsent, baseUrl.optional())
    .describe(
      'The base URL of OpenAI or a compatible server. Default https://api.openai.com/v1. With another URL, OPENAI_API_KEY is optional.',
    ),
  OPENAI_ORGANIZATION: text().describe('Sent to OpenAI as `openai-organization`.'),
  OPENAI_ORG_ID: text().describe('Read when OPENAI_ORGANIZATION is absent.'),
  OPENAI_PROJECT: text().describe('Sent to OpenAI as `openai-project`.'),
  OPENAI_PROJECT_ID: text().describe('Read when OPENAI_PROJECT is absent.'),
  OPENAI_TIMEOUT: z
    .preprocess(blankIsAbsent, z.coerce.number().min(0.001).max(86_400).optional())
    .describe(
      'Seconds until OpenAI must have begun to answer, if shorter than the timeouts above.',
    ),
  OPENAI_UPSTREAMS: json(upstreams, '[]').describe(
    'JSON: more OpenAI-compatible servers: `[{"name": "ollama", "base_url": "http://127.0.0.1:11434/v1"}]`, each with any of `api_key`, `api_key_env` (the variable that holds the key), `models` (name patterns to route to it, besides the models it lists), `completion_models` (patterns of models that only do completions), `headers`, `timeout` (seconds), `fetches_urls` (pass image URLs on unchanged).',
  ),
} as const

export type UpstreamSettings = z.infer<typeof upstream>
