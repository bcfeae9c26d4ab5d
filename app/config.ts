import { z } from '@hono/zod-openapi'

const blankIsAbsent = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value

const text = () => z.preprocess(blankIsAbsent, z.string().optional())
const number = (fallback: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(blankIsAbsent, z.coerce.number().min(minimum).max(maximum).default(fallback))
const flag = (fallback: boolean) =>
  z.preprocess(
    blankIsAbsent,
    z
      .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
      .transform((word) => ['true', '1', 'yes', 'on'].includes(word))
      .optional()
      .transform((value) => value ?? fallback),
  )
const list = () =>
  z.preprocess(
    blankIsAbsent,
    z
      .string()
      .optional()
      .transform((words) =>
        (words ?? '')
          .split(',')
          .map((word) => word.trim())
          .filter(Boolean),
      ),
  )

/**
 * Every variable we read, what it means and what it is when absent. `docs/configuration.md` is made
 * from these descriptions. Times are seconds.
 */
export const environment = z.object({
  PORT: number(8000, 0, 65535).describe('The port to listen on; 0 takes a free one.'),
  HOST: text().describe('The address to listen on. Default 127.0.0.1.'),
  PROVIDER: z
    .preprocess(blankIsAbsent, z.enum(['auto', 'aws', 'embedded']).default('auto'))
    .describe('Who answers. `auto` takes AWS when anything of AWS is configured, else embedded.'),
  API_KEY: text().describe('The key callers must show, as Bearer or `x-api-key`.'),
  AUTH: z
    .preprocess(blankIsAbsent, z.enum(['key', 'none']).optional())
    .describe(
      '`none` lets everybody in, also beyond loopback. Default: `key` when API_KEY is set.',
    ),
  LOG_LEVEL: z
    .preprocess(
      blankIsAbsent,
      z.enum(['debug', 'info', 'warning', 'error', 'silent']).default('info'),
    )
    .describe('The least serious log line that is written.'),
  MAX_BODY_BYTES: number(50 * 1024 * 1024, 1024).describe(
    'The largest JSON request body in bytes; more is answered 413.',
  ),
  CONNECT_TIMEOUT: number(5, 0.001).describe(
    'Seconds until a connection to an upstream must stand.',
  ),
  FIRST_TOKEN_TIMEOUT: number(300, 0.001).describe(
    'Seconds until a streamed answer must have begun.',
  ),
  AI_RESPONSE_TIMEOUT: number(600, 0.001).describe(
    'Seconds a model may stay silent: between two pieces of a stream, or before a whole answer.',
  ),
  TOTAL_TIMEOUT: number(3600, 0.001).describe('Seconds an answer may take in all.'),
  SHUTDOWN_TIMEOUT: number(30).describe(
    'Seconds that running answers get to finish after SIGTERM.',
  ),
  INPUT_URLS: z
    .preprocess(blankIsAbsent, z.enum(['off', 'https', 'http']).default('https'))
    .describe('Which URLs of callers are fetched: none, `https:`, or plain `http:` as well.'),
  INPUT_URL_TIMEOUT: number(30, 0.001).describe("Seconds the fetching of a caller's URL may take."),
  SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS: flag(true).describe(
    "Refuse callers' URLs that lead into private networks. Loopback and link-local always are.",
  ),
  MAX_INPUT_FILE_SIZE: number(64 * 1024 * 1024, 1).describe(
    'The largest attachment in bytes that is fetched for a request.',
  ),
  MAX_CONCURRENT_INPUT_DOWNLOADS: number(8, 1).describe(
    'Attachments of one request that are fetched at the same time.',
  ),
  KEEP_ALIVE_SECONDS: number(10, 0.001).describe(
    'Seconds of silence in a stream after which a keep-alive is sent.',
  ),
  FIRST_FRAME_WAIT: number(10, 0).describe(
    'Seconds a stream waits for its first event before its headers are sent; until then an error is an HTTP error.',
  ),
  EMBEDDED_TOKENS_PER_SECOND: number(100).describe(
    'The pace of the embedded provider; 0 is as fast as possible.',
  ),
  AWS_REGION: text().describe('The AWS region, as the AWS SDKs read it.'),
  AWS_DEFAULT_REGION: text().describe('Read when AWS_REGION is absent.'),
  AWS_BEDROCK_REGIONS: list().describe('Bedrock regions in order of preference, comma separated.'),
  AWS_BEARER_TOKEN_BEDROCK: text().describe('A Bedrock API key; wins over signed requests.'),
  AWS_ACCESS_KEY_ID: text().describe('Static AWS credentials.'),
  AWS_SECRET_ACCESS_KEY: text().describe('Static AWS credentials.'),
  AWS_SESSION_TOKEN: text().describe('Static AWS credentials: the token of temporary ones.'),
  AWS_PROFILE: text().describe('A profile of the shared AWS configuration.'),
  AWS_ENDPOINT_URL: text().describe('One endpoint for every AWS service.'),
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: text().describe('The endpoint of Bedrock Runtime.'),
  AWS_ENDPOINT_URL_BEDROCK: text().describe('The endpoint of the Bedrock control plane.'),
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: text().describe(
    '`true`: AWS_ENDPOINT_URL and its kin are not read.',
  ),
  AWS_USE_FIPS_ENDPOINT: text().describe('`true`: the FIPS endpoints of AWS.'),
  AWS_USE_DUALSTACK_ENDPOINT: text().describe('`true`: the endpoints of AWS that know IPv6.'),
  MODEL_CACHE_SECONDS: number(900, 1).describe(
    'Seconds the list of models counts as fresh; older it is still used while a new one is fetched.',
  ),
  CHAT_COMPLETIONS_REASONING_FIELD: z
    .preprocess(
      blankIsAbsent,
      z.enum(['reasoning_content', 'reasoning']).default('reasoning_content'),
    )
    .describe('The field that carries thoughts in chat completions.'),
  STRICT_INPUT_VALIDATION: flag(false).describe('Refuse unknown request fields with 400.'),
})

export type Config = z.infer<typeof environment>

/** Environment to `Config`. Throws an `Error` whose message names every variable at fault. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const read = environment.safeParse(env)
  if (read.success) return read.data
  const faults = read.error.issues.map(
    (issue) =>
      `${issue.path.join('.')}: ${issue.message} (got ${JSON.stringify(env[String(issue.path[0])])})`,
  )
  throw new Error(`The environment holds a value Outcrop cannot use. ${faults.join('; ')}`)
}
