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
      'Which provider answers. `auto`: AWS when any AWS variable is set, else the embedded models. `aws`: AWS. `openai`: only the servers of OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_UPSTREAMS, which `auto` and `aws` use as well. `embedded`: only the embedded models.',
    ),
  API_KEY: text().describe('The key callers must send, as a Bearer token or `x-api-key`.'),
  AUTH: z
    .preprocess(blankIsAbsent, z.enum(['key', 'none']).optional())
    .describe(
      '`none` accepts every caller, also from other machines. Default: `key` when any credential is configured.',
    ),
  ...accessVariables,
  LOG_LEVEL: z
    .preprocess(
      blankIsAbsent,
      z.enum(['debug', 'info', 'warning', 'error', 'silent']).default('info'),
    )
    .describe('The lowest log level that is written.'),
  ...observabilityVariables,
  MAX_BODY_BYTES: number(50 * 1024 * 1024, 1024).describe(
    'The largest JSON request body in bytes; a larger one is answered 413.',
  ),
  CONNECT_TIMEOUT: seconds(5, 0.001).describe(
    'Seconds to connect to an upstream, on Node and Lambda. Bun, Deno and Workers do not tell when they are connected: there the timeouts below count from the start.',
  ),
  FIRST_TOKEN_TIMEOUT: seconds(300, 0.001).describe(
    'Seconds to the first event of a streamed answer.',
  ),
  AI_RESPONSE_TIMEOUT: seconds(600, 0.001).describe(
    'Seconds a model may stay silent: between two events of a stream, or before a whole answer.',
  ),
  TOTAL_TIMEOUT: seconds(3600, 0.001).describe('Seconds an answer may take in all.'),
  SHUTDOWN_TIMEOUT: seconds(30).describe(
    'Seconds running requests get to finish after SIGTERM. Those still running then end with an error.',
  ),
  INPUT_URLS: z
    .preprocess(blankIsAbsent, z.enum(['off', 'https', 'http']).default('https'))
    .describe(
      'Which URLs in requests are fetched: `off` none, `https` only `https:`, `http` plain `http:` too.',
    ),
  INPUT_URL_TIMEOUT: seconds(30, 0.001).describe('Seconds to fetch a URL from a request.'),
  SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS: flag(true).describe(
    'Refuse URLs in requests that lead into private networks. Loopback and link-local addresses are always refused.',
  ),
  MAX_INPUT_FILE_SIZE: number(64 * 1024 * 1024, 1).describe(
    'The largest attachment in bytes fetched for a request.',
  ),
  MAX_INPUT_TOTAL_SIZE: number(256 * 1024 * 1024, 1).describe(
    'The total size in bytes of all attachments fetched for one request.',
  ),
  MAX_CONCURRENT_INPUT_DOWNLOADS: count(8, 1).describe(
    'Attachments of one request fetched at the same time.',
  ),
  STATE_DIR: z
    .preprocess(blankIsAbsent, z.string().default('.outcrop/state'))
    .describe(
      'The folder of the SQLite state store; `memory` keeps state only in the process. Lambda and Workers have no disk and use memory unless AWS_DYNAMODB_TABLE is set.',
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
    'Days that chat completions created with `store` are stored.',
  ),
  KEEP_ALIVE_SECONDS: seconds(10, 0.001).describe(
    'Seconds of silence in a stream before a keep-alive is sent.',
  ),
  FIRST_FRAME_WAIT: seconds(10, 0).describe(
    'Seconds a stream waits for its first event before it sends headers. An error in that time is an HTTP error.',
  ),
  EMBEDDED_TOKENS_PER_SECOND: number(100).describe(
    'The speed of the embedded provider; 0 is as fast as possible.',
  ),
  ...embeddedVariables,
  ...awsVariables,
  ...guardrailVariables,
  AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE: flag(true).describe(
    'Whether a request may choose a service tier other than the one configured for its model.',
  ),
  DEFAULT_MODEL_SERVICE_TIERS: json(names).describe(
    'JSON: service tiers of models by id prefix: `{"amazon.nova-pro": "flex"}`. The longest prefix counts.',
  ),
  EXTRA_MODEL_PARAMS_DENYLIST: list().describe(
    "Unknown request fields that are not passed on to models. The control fields of other gateways' clients never are.",
  ),
  EXTRA_MODEL_PARAMS_DROP_ALL: flag(false).describe('Pass no unknown request fields on to models.'),
  DROP_UNSUPPORTED_SYSTEM_PROMPT: flag(true).describe(
    'For models without system prompts: `true` puts the system prompt at the head of the first message, `false` refuses it.',
  ),
  ECS_CONTAINER_METADATA_URI_V4: text().describe(
    'Set by Amazon ECS. The task and container then identify this server in the log and in request metadata.',
  ),
  ...bedrockModelVariables,
  ...regionRoutingVariables,
  CHAT_COMPLETIONS_REASONING_FIELD: z
    .preprocess(
      blankIsAbsent,
      z.enum(['reasoning_content', 'reasoning', 'none']).default('reasoning_content'),
    )
    .describe('The field that carries reasoning in chat completions; `none` leaves it out.'),
  STRICT_INPUT_VALIDATION: flag(false).describe('Answer unknown request fields with 400.'),
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
