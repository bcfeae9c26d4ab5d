import { z } from '@hono/zod-openapi'
import { accessVariables } from './config/access.ts'
import { audioVariables } from './config/audio.ts'
import { bedrockApiVariables } from './config/bedrock-api.ts'
import { bedrockOpenaiVariables } from './config/bedrock-openai.ts'
import { completionVariables } from './config/completions.ts'
import { embeddedVariables } from './config/embedded.ts'
import { embeddingVariables } from './config/embeddings.ts'
import { fileVariables } from './config/files.ts'
import { imageVariables } from './config/images.ts'
import { knowledgeVariables } from './config/knowledge.ts'
import { limitVariables } from './config/limits.ts'
import { mcpVariables } from './config/mcp.ts'
import { defaultParams, modelAliases, region } from './config/model-settings.ts'
import { observabilityVariables } from './config/observability.ts'
import { openaiVariables } from './config/openai.ts'
import { responseVariables } from './config/responses.ts'
import { blankIsAbsent, flag, json, list, number, text, yesOrNo } from './config/values.ts'

const names = z.record(z.string().min(1), z.string().min(1))
const allows = (what: string) => flag(false).describe(`Let callers name ${what} by ARN.`)

/** What callers may name by ARN; each kind is off until it is switched on. */
const arnFlags = {
  AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: allows('foundation models'),
  AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: allows('inference profiles of AWS'),
  AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: allows(
    'inference profiles of this account, and list them,',
  ),
  AWS_BEDROCK_ALLOW_PROVISIONED_MODEL_ARN: allows('provisioned throughput'),
  AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN: allows('custom models and their deployments, and list them,'),
  AWS_BEDROCK_ALLOW_IMPORTED_MODEL_ARN: allows('imported models, and list them,'),
  AWS_BEDROCK_ALLOW_MARKETPLACE_ENDPOINT_ARN: allows('marketplace endpoints, and list them,'),
  AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN: allows('prompt routers, and list them,'),
  AWS_BEDROCK_ALLOW_PROMPT_ARN: allows('managed prompts'),
}

/**
 * Every variable we read, what it means and what it is when absent. `docs/configuration.md` is made
 * from these descriptions. Times are seconds.
 */
export const environment = z.object({
  PORT: number(8000, 0, 65535).describe('The port to listen on; 0 takes a free one.'),
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
  MAX_INPUT_TOTAL_SIZE: number(256 * 1024 * 1024, 1).describe(
    'Bytes that all attachments fetched for one request may have together.',
  ),
  MAX_CONCURRENT_INPUT_DOWNLOADS: number(8, 1).describe(
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
  KEEP_ALIVE_SECONDS: number(10, 0.001).describe(
    'Seconds of silence in a stream after which a keep-alive is sent.',
  ),
  FIRST_FRAME_WAIT: number(10, 0).describe(
    'Seconds a stream waits for its first event before its headers are sent; until then an error is an HTTP error.',
  ),
  EMBEDDED_TOKENS_PER_SECOND: number(100).describe(
    'The pace of the embedded provider; 0 is as fast as possible.',
  ),
  ...embeddedVariables,
  AWS_REGION: text().describe('The AWS region, as the AWS SDKs read it.'),
  AWS_DEFAULT_REGION: text().describe('Read when AWS_REGION is absent.'),
  AWS_BEDROCK_REGIONS: list().describe('Bedrock regions in order of preference, comma separated.'),
  AWS_BEARER_TOKEN_BEDROCK: text().describe('A Bedrock API key; wins over signed requests.'),
  AWS_ACCESS_KEY_ID: text().describe('Static AWS credentials.'),
  AWS_SECRET_ACCESS_KEY: text().describe('Static AWS credentials.'),
  AWS_SESSION_TOKEN: text().describe('Static AWS credentials: the token of temporary ones.'),
  AWS_PROFILE: text().describe('A profile of the shared AWS configuration.'),
  AWS_ENDPOINT_URL: text().describe(
    'One endpoint for every AWS service; `{region}` in it stands for the region that is asked.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: text().describe(
    'The endpoint of Bedrock Runtime; with `_US_EAST_1` and the like behind the name, that of one region.',
  ),
  AWS_ENDPOINT_URL_BEDROCK: text().describe(
    'The endpoint of the Bedrock control plane; that of one region as above.',
  ),
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: text().describe(
    '`true`: AWS_ENDPOINT_URL and its kin are not read.',
  ),
  AWS_USE_FIPS_ENDPOINT: text().describe('`true`: the FIPS endpoints of AWS.'),
  AWS_USE_DUALSTACK_ENDPOINT: text().describe('`true`: the endpoints of AWS that know IPv6.'),
  AWS_BEDROCK_GUARDRAIL_IDENTIFIER: text().describe(
    'The Bedrock guardrail every answer of a model goes through. A model it cannot be applied to is then refused.',
  ),
  AWS_BEDROCK_GUARDRAIL_VERSION: z
    .preprocess(blankIsAbsent, z.string().default('DRAFT'))
    .describe('The version of that guardrail: a number or DRAFT.'),
  AWS_BEDROCK_GUARDRAIL_TRACE: z
    .preprocess(blankIsAbsent, z.enum(['disabled', 'enabled', 'enabled_full']).optional())
    .describe('Whether answers tell what that guardrail found.'),
  AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: z
    .preprocess(blankIsAbsent, yesOrNo)
    .describe(
      'Whether a request may name a guardrail of its own. Default: only where none is configured.',
    ),
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
  MODEL_CACHE_SECONDS: number(900, 1).describe(
    'Seconds the list of models counts as fresh; older it is still used while a new one is fetched.',
  ),
  MODEL_CACHE_SHARED: flag(false).describe(
    'Share the list of models, and which regions are throttled, with other instances through the state store.',
  ),
  MODEL_ALIASES: json(modelAliases).describe(
    'JSON: names of your own for models. `{"fast": "amazon.nova-lite-v1:0"}`, or an object with `model` and any of `service_tier`, `guardrail_id`, `guardrail_version`, `guardrail_trace`, `metadata`, `extra_params`.',
  ),
  DEFAULT_MODEL_PARAMS: json(defaultParams).describe(
    'JSON: parameters for requests that do not set them, by the beginning of the model id: `{"amazon.nova": {"temperature": 0.2}}`. The longest beginning wins.',
  ),
  AWS_BEDROCK_LEGACY: flag(false).describe('List models that AWS is about to retire.'),
  AWS_BEDROCK_CHECK_AVAILABILITY: flag(true).describe(
    'Ask of every listed model whether this account may use it, and hide it if not: one call a model and region, behind the listing. Switch it off on Workers, which count their calls.',
  ),
  AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK: flag(true).describe(
    'Answer for a retired model with its successor; otherwise 404 names it.',
  ),
  AWS_BEDROCK_DEPRECATED_MODELS: json(names).describe(
    'JSON: successors of retired models, over the built-in ones: `{"old id": "new id"}`.',
  ),
  AWS_BEDROCK_MODEL_ARN_MAPPING: json(names).describe(
    'JSON: the ARN to ask whenever a model is meant: `{"model id": "arn:..."}`.',
  ),
  AWS_BEDROCK_CROSS_REGION_INFERENCE: flag(true).describe(
    'Use inference profiles, which may answer from other regions of the same geography.',
  ),
  AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL: flag(true).describe(
    'Use global inference profiles, which may answer from anywhere, where a region offers a model in no other way.',
  ),
  AWS_BEDROCK_MODEL_REGION_RESTRICT: json(
    z.record(z.string().min(1), z.array(region).min(1)),
  ).describe(
    'JSON: regions that models must not leave, in order of preference, by id or the beginning of one: `{"anthropic.claude": ["eu-central-1", "eu-west-1"]}`.',
  ),
  ...arnFlags,
  AWS_BEDROCK_REGION_ROUTING: z
    .preprocess(
      blankIsAbsent,
      z.enum(['ordered', 'lowest_latency', 'round_robin', 'disabled']).default('ordered'),
    )
    .describe(
      'Which region is asked first, when several have the model; `disabled` asks only one.',
    ),
  AWS_BEDROCK_REGION_ROUTING_QUOTA_BACKOFF_SECONDS: number(60, 0.001).describe(
    'Seconds a region comes last after it throttled a model; doubles each time.',
  ),
  AWS_BEDROCK_REGION_ROUTING_MAX_QUOTA_BACKOFF_SECONDS: number(3600, 0.001).describe(
    'The most that doubling leads to.',
  ),
  AWS_BEDROCK_REGION_ROUTING_UNAVAILABLE_BACKOFF_SECONDS: number(30, 0.001).describe(
    'Seconds a region comes last after it failed.',
  ),
  AWS_BEDROCK_ATTEMPT_TIMEOUT: number(60, 0.001).describe(
    'Seconds a region has to begin a stream before the next is asked. A whole answer has half of AI_RESPONSE_TIMEOUT; the last region always has the time that is left.',
  ),
  AWS_BEDROCK_HEDGE_MS: number(0).describe(
    'Milliseconds after which a second region is asked as well when the first has not begun; the slower one is cancelled. 0 never does.',
  ),
  CHAT_COMPLETIONS_REASONING_FIELD: z
    .preprocess(
      blankIsAbsent,
      z.enum(['reasoning_content', 'reasoning']).default('reasoning_content'),
    )
    .describe('The field that carries thoughts in chat completions.'),
  STRICT_INPUT_VALIDATION: flag(false).describe('Refuse unknown request fields with 400.'),
  ANTHROPIC_ROUTES_PREFIX: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^(\/[\w.-]+)+\/?$/, 'not a path like /anthropic')
        .default('/anthropic'),
    )
    .transform((path) => path.replace(/\/$/, ''))
    .describe(
      "Below this path stand all of Anthropic's routes. `/v1/messages` stands at the root as well, and what OpenAI has there under the same path is Anthropic's for requests with `anthropic-version`.",
    ),
  ANTHROPIC_BETA_FILTER: flag(true).describe(
    'Leave out beta flags that Bedrock does not take for a model, and the fields that need them.',
  ),
  ANTHROPIC_BETA_ALLOWLIST: list().describe(
    'Beta flags that are sent to every Claude, beside those known for the model, comma separated.',
  ),
  MESSAGE_THREADS: flag(true).describe(
    'Keep message threads, so that clients send only what is new. `false` asks them to send everything.',
  ),
  MESSAGE_THREADS_DAYS: number(7, 0.001, 3650).describe(
    'Days a message thread is kept after its last answer.',
  ),
})

export type Config = z.infer<typeof environment>

/** Names of variables whose values no message repeats. */
const SECRET = /KEY|SECRET|TOKEN(?!S|_TIMEOUT)|PASSWORD|CREDENTIALS|BASE_URL|UPSTREAMS|OTLP/

/** Environment to `Config`. Throws an `Error` whose message names every variable at fault. */
export function readConfig(env: Record<string, string | undefined>): Config {
  // Read once: code made for it by zod's compiler would take longer to make than it saves.
  const read = environment.safeParse(env, { jitless: true })
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    const shown = SECRET.test(name) ? 'a value' : JSON.stringify(env[name])
    return `${path.join('.')}: ${message} (got ${shown})`
  })
  throw new Error(`The environment holds a value Outcrop cannot use. ${faults.join('; ')}`)
}
