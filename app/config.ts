import { z } from '@hono/zod-openapi'
import { accessVariables } from './config/access.ts'
import { anthropicVariables } from './config/anthropic.ts'
import { audioVariables } from './config/audio.ts'
import { awsVariables } from './config/aws.ts'
import { bedrockApiVariables } from './config/bedrock-api.ts'
import { bedrockModelVariables } from './config/bedrock-models.ts'
import { bedrockOpenaiVariables } from './config/bedrock-openai.ts'
import { completionVariables } from './config/completions.ts'
import { embeddedVariables } from './config/embedded.ts'
import { embeddingVariables } from './config/embeddings.ts'
import { fileVariables } from './config/files.ts'
import { guardrailVariables } from './config/guardrails.ts'
import { imageVariables } from './config/images.ts'
import { knowledgeVariables } from './config/knowledge.ts'
import { limitVariables } from './config/limits.ts'
import { mcpVariables } from './config/mcp.ts'
import { observabilityVariables } from './config/observability.ts'
import { openaiVariables } from './config/openai.ts'
import { regionRoutingVariables } from './config/region-routing.ts'
import { responseVariables } from './config/responses.ts'
import {
  blankIsAbsent,
  count,
  flag,
  json,
  list,
  names,
  number,
  seconds,
  text,
} from './config/values.ts'

/**
 * Every variable we read, what it means and what it is when absent. `docs/configuration.md` is made
 * from these descriptions. Times are seconds.
 */
export const environment = z.object({
  PORT: count(8000, 0, 65535).describe('The port to listen on; 0 takes a free one.'),
  HOST: text().describe('The address to listen on. Default 127.0.0.1.'),
  PROVIDER: z
    .preprocess(blankIsAbsent, z.enum(['auto', 'aws', 'openai', 'embedded']).default('auto'))
    .describe(
      'Who answers. `auto` takes AWS when anything of AWS is configured, else embedded; beside either, what OPENAI_API_KEY and OPENAI_UPSTREAMS lead to. `openai` takes those alone, `embedded` none of them.',
    ),
  API_KEY: text().describe('The key callers must show, as Bearer or `x-api-key`.'),
  AUTH: z
    .preprocess(blankIsAbsent, z.enum(['key', 'none']).optional())
    .describe(
      '`none` lets everybody in, also beyond loopback. Default: `key` when API_KEY is set.',
    ),
  ...accessVariables,
  LOG_LEVEL: z
    .preprocess(
      blankIsAbsent,
      z.enum(['debug', 'info', 'warning', 'error', 'silent']).default('info'),
    )
    .describe('The least serious log line that is written.'),
  ...observabilityVariables,
  MAX_BODY_BYTES: number(50 * 1024 * 1024, 1024).describe(
    'The largest JSON request body in bytes; more is answered 413.',
  ),
  CONNECT_TIMEOUT: seconds(5, 0.001).describe(
    'Seconds until a connection to an upstream must stand.',
  ),
  FIRST_TOKEN_TIMEOUT: seconds(300, 0.001).describe(
    'Seconds until a streamed answer must have begun.',
  ),
  AI_RESPONSE_TIMEOUT: seconds(600, 0.001).describe(
    'Seconds a model may stay silent: between two pieces of a stream, or before a whole answer.',
  ),
  TOTAL_TIMEOUT: seconds(3600, 0.001).describe('Seconds an answer may take in all.'),
  SHUTDOWN_TIMEOUT: seconds(30).describe(
    'Seconds that running answers get to finish after SIGTERM; what still runs then ends with an error.',
  ),
  INPUT_URLS: z
    .preprocess(blankIsAbsent, z.enum(['off', 'https', 'http']).default('https'))
    .describe('Which URLs of callers are fetched: none, `https:`, or plain `http:` as well.'),
  INPUT_URL_TIMEOUT: seconds(30, 0.001).describe(
    "Seconds the fetching of a caller's URL may take.",
  ),
  SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS: flag(true).describe(
    "Refuse callers' URLs that lead into private networks. Loopback and link-local always are.",
  ),
  MAX_INPUT_FILE_SIZE: number(64 * 1024 * 1024, 1).describe(
    'The largest attachment in bytes that is fetched for a request.',
  ),
  MAX_INPUT_TOTAL_SIZE: number(256 * 1024 * 1024, 1).describe(
    'Bytes that all attachments fetched for one request may have together.',
  ),
  MAX_CONCURRENT_INPUT_DOWNLOADS: count(8, 1).describe(
    'Attachments of one request that are fetched at the same time.',
  ),
  STATE_DIR: z
    .preprocess(blankIsAbsent, z.string().default('.outcrop/state'))
    .describe(
      'The folder of what is kept between requests, in SQLite; `memory` keeps nothing beyond the process. Lambda and Workers, which have no disk, use memory unless AWS_DYNAMODB_TABLE is set.',
    ),
  ...audioVariables,
  ...bedrockApiVariables,
  ...completionVariables,
  ...fileVariables,
  ...embeddingVariables,
  ...imageVariables,
  ...knowledgeVariables,
  ...limitVariables,
  ...mcpVariables,
  ...openaiVariables,
  ...bedrockOpenaiVariables,
  ...responseVariables,
  STORED_COMPLETIONS_DAYS: number(30, 1, 3650).describe(
    'Days that chat completions created with `store` are kept.',
  ),
  KEEP_ALIVE_SECONDS: seconds(10, 0.001).describe(
    'Seconds of silence in a stream after which a keep-alive is sent.',
  ),
  FIRST_FRAME_WAIT: seconds(10, 0).describe(
    'Seconds a stream waits for its first event before its headers are sent; until then an error is an HTTP error.',
  ),
  EMBEDDED_TOKENS_PER_SECOND: number(100).describe(
    'The pace of the embedded provider; 0 is as fast as possible.',
  ),
  ...embeddedVariables,
  ...awsVariables,
  ...guardrailVariables,
  AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE: flag(true).describe(
    'Whether a request may choose another service tier than the one configured for its model.',
  ),
  DEFAULT_MODEL_SERVICE_TIERS: json(names).describe(
    'Service tiers of models by the beginning of their ids, as JSON: `{"amazon.nova-pro": "flex"}`. The longest beginning counts.',
  ),
  EXTRA_MODEL_PARAMS_DENYLIST: list().describe(
    "Unknown request fields that are not passed on to models, beside the control fields of other gateways' clients, which never are.",
  ),
  EXTRA_MODEL_PARAMS_DROP_ALL: flag(false).describe('Pass no unknown request field on to models.'),
  DROP_UNSUPPORTED_SYSTEM_PROMPT: flag(true).describe(
    '`false` refuses system prompts for models that know none; else these read it at the head of the first message.',
  ),
  ECS_CONTAINER_METADATA_URI_V4: text().describe(
    'Set by Amazon ECS. The task and the container then name this server in the log and in request metadata.',
  ),
  ...bedrockModelVariables,
  ...regionRoutingVariables,
  CHAT_COMPLETIONS_REASONING_FIELD: z
    .preprocess(
      blankIsAbsent,
      z.enum(['reasoning_content', 'reasoning']).default('reasoning_content'),
    )
    .describe('The field that carries thoughts in chat completions.'),
  STRICT_INPUT_VALIDATION: flag(false).describe('Refuse unknown request fields with 400.'),
  ...anthropicVariables,
})

export type Config = z.infer<typeof environment>

/** Names of variables whose values no message repeats. */
const SECRET = /KEY|SECRET|TOKEN(?!S|_TIMEOUT)|PASSWORD|CREDENTIALS|BASE_URL|UPSTREAMS|OTLP/

/** Environment to `Config`. Throws an `Error` whose message names every variable at fault. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const data: Record<string, unknown> = {}
  const faults: string[] = []
  // One by one: of a whole object zod first looks for circles. And code that its compiler makes for a variable that is read
  // once would take longer to make than it saves.
  for (const [name, variable] of Object.entries(environment.shape)) {
    const read = variable.safeParse(env[name], { jitless: true })
    data[name] = read.data
    for (const { path, message } of read.error?.issues ?? []) {
      const shown = SECRET.test(name) ? 'a value' : JSON.stringify(env[name])
      faults.push(`${[name, ...path].join('.')}: ${message} (got ${shown})`)
    }
  }
  if (faults.length === 0) return data as Config
  throw new Error(`The environment holds a value Outcrop cannot use. ${faults.join('; ')}`)
}
