import type { Config } from '../../config.ts'
import { messageOf } from '../../errors.ts'
import type { Provider } from '../../ports/models.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { assumedRoles } from './assumed-roles.ts'
import { createAwsAudio, withAudio } from './audio.ts'
import type { AwsRuntime } from './aws-runtime.ts'
import { createJudge } from './bedrock/apply-guardrail.ts'
import { allowedKinds } from './bedrock/arn-permissions.ts'
import { createAvailability } from './bedrock/availability.ts'
import { createCatalog } from './bedrock/catalog.ts'
import { createBedrockClient } from './bedrock/client.ts'
import { ALIASES } from './bedrock/data/aliases.ts'
import { SUCCESSORS } from './bedrock/data/successors.ts'
import { createGuard } from './bedrock/guard.ts'
import { readModelId } from './bedrock/model-id.ts'
import { createBedrockModels } from './bedrock/models.ts'
import type { NameBook } from './bedrock/names.ts'
import { regionPolicy } from './bedrock/region-policy.ts'
import type { Routing } from './bedrock/routed.ts'
import { createRouter, type Router } from './bedrock/router.ts'
import { createSharedHealth } from './bedrock/shared-health.ts'
import { createSharedListings } from './bedrock/shared-listings.ts'
import { createWarmRegions } from './bedrock/warm-regions.ts'
import { type AwsCall, type AwsCallDependencies, createAwsCall } from './call.ts'
import { createEndpoints, type Endpoints } from './endpoints.ts'
import { createPulse } from './pulse.ts'
import { regionsOf, regionVariable } from './regions-of.ts'
import { createJobOutputs } from './s3/job-outputs.ts'
import { bearerSigner, type Sign, sigV4Signer } from './sign.ts'
import { credentialSigner } from './signer.ts'
import { staticCredentials } from './static-credentials.ts'
import { createWarn, type Warn } from './warn.ts'

interface AwsProviderOptions {
  config: Config
  runtime: AwsRuntime
  /** Where instances learn from one another, if the configuration lets them. */
  state?: StateStore
}

/** Amazon Bedrock. Throws an `Error` naming the variable when endpoint, region or ARN cannot be used. */
export function createAwsProvider({ config, runtime, state }: AwsProviderOptions): Provider {
  const regions = regionsOf(config)
  const endpoints = createEndpoints(runtime.env)
  checkRegions(config, endpoints)
  checkMapping(config)
  const warn = createWarn(runtime.log, config.LOG_LEVEL)
  const signAs = createRoles({ config, runtime }, endpoints, warn)
  const pulse = createPulse()
  const call = pulse.felt(
    createAwsCall({
      transport: runtime.transport,
      endpoints,
      sign: chooseSigner(config, runtime),
      signAs,
      connectTimeout: config.CONNECT_TIMEOUT * 1000,
    }),
  )
  const shared = config.MODEL_CACHE_SHARED ? state : undefined
  const isAllowed = allowedKinds(config)
  const routing = createRouting(config, { warn, state: shared })
  const seconds = config.MODEL_CACHE_SECONDS
  const catalog = createCatalog({
    call,
    regions,
    seconds,
    warn,
    isAllowed,
    availability: config.AWS_BEDROCK_CHECK_AVAILABILITY
      ? createAvailability({ call, warn })
      : undefined,
    shared: shared && createSharedListings({ state: shared, seconds, warn }),
    timed: routing.router.near,
    linger: runtime.linger,
  })
  const models = createBedrockModels({
    ...routing,
    catalog,
    policy: regionPolicy(config, regions),
    arns: config.AWS_BEDROCK_MODEL_ARN_MAPPING,
    isAllowed,
    listsLegacy: config.AWS_BEDROCK_LEGACY,
    names: nameBook(config),
    client: createBedrockClient(call),
    lanePolicy: config,
    call,
    endpoints: config.AWS_BEDROCK_OPENAI_ENDPOINTS,
    ...besideChatOf({ config, runtime }, call, { endpoints, signAs }),
    firstFrameWait: config.FIRST_FRAME_WAIT * 1000,
  })
  const audio = createAwsAudio({ config, runtime, routing, endpoints, signAs, state })
  const originIn = (region = regions[0]!) => endpoints('bedrock-runtime', region).origin
  const guarding = { call, regions, trusted: guardrailsOf(config) }
  const guards = { guard: createGuard(guarding), judge: createJudge(guarding) }
  return withAudio({ name: 'aws', health: pulse.health, originIn, ...guards, ...models }, audio)
}

/** The guardrails that stand in the configuration. */
function guardrailsOf({ AWS_BEDROCK_GUARDRAIL_IDENTIFIER: own, MODEL_ALIASES }: Config): string[] {
  const named = Object.values(MODEL_ALIASES).map(({ guardrail }) => guardrail?.id)
  return [own, ...named].filter((id) => id !== undefined)
}

/** Asked for once now, so that a region that is none stops the start rather than every request. */
function checkRegions(config: Config, endpoints: Endpoints): void {
  for (const region of regionsOf(config)) {
    try {
      endpoints('bedrock-runtime', region)
    } catch (cause) {
      const fault = messageOf(cause)
      throw new Error(
        `The environment holds a value Outcrop cannot use. ${regionVariable(config)}: ${fault}`,
        { cause },
      )
    }
  }
}

/** Signs as the roles of callers, which STS is asked for with our own credentials. */
function createRoles({ config, runtime }: AwsProviderOptions, endpoints: Endpoints, warn: Warn) {
  const call = createAwsCall({
    transport: runtime.transport,
    endpoints,
    sign: credentialSigner(runtime),
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  })
  const { digest, linger } = runtime
  return assumedRoles({ call, region: regionsOf(config)[0]!, digest, warn, linger })
}

function createRouting(
  config: Config,
  { warn, state }: { warn: Warn; state: StateStore | undefined },
): Routing {
  const shared = state && createSharedHealth({ state, warn })
  const router = createRouter({
    strategy: config.AWS_BEDROCK_REGION_ROUTING,
    quotaBackoff: config.AWS_BEDROCK_REGION_ROUTING_QUOTA_BACKOFF_SECONDS * 1000,
    mostQuotaBackoff: config.AWS_BEDROCK_REGION_ROUTING_MAX_QUOTA_BACKOFF_SECONDS * 1000,
    unavailableBackoff: config.AWS_BEDROCK_REGION_ROUTING_UNAVAILABLE_BACKOFF_SECONDS * 1000,
    onChange: shared?.tell,
  })
  const learning: Router = shared
    ? {
        ...router,
        order(...asked) {
          shared.refresh(router)
          return router.order(...asked)
        },
      }
    : router
  return {
    router: learning,
    warmRegions: createWarmRegions(),
    hedgeAfter: config.AWS_BEDROCK_HEDGE_MS,
    patience: {
      stream: config.AWS_BEDROCK_ATTEMPT_TIMEOUT * 1000,
      reply: config.AI_RESPONSE_TIMEOUT * 500,
    },
    warn,
  }
}

/** What embedding and reranking take beside the relay. */
function besideChatOf(
  { config, runtime }: AwsProviderOptions,
  call: AwsCall,
  calling: Pick<AwsCallDependencies, 'endpoints' | 'signAs'>,
) {
  const own = {
    ...calling,
    transport: runtime.transport,
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  }
  const keys = staticCredentials(runtime.env)
  // The Rerank API knows no Bedrock API keys; who configured other credentials beside one has it signed with them.
  const signed =
    keys &&
    createAwsCall({ ...own, sign: sigV4Signer({ credentials: keys, digest: runtime.digest }) })
  return {
    awsCall: call,
    agentCall: config.AWS_BEARER_TOKEN_BEDROCK ? signed : call,
    outputs: createJobOutputs({ config, runtime }),
    lookEvery: config.AWS_BEDROCK_JOB_POLL_SECONDS * 1000,
    atOnce: config.MAX_CONCURRENT_EMBEDDINGS,
    imagesAtOnce: config.MAX_CONCURRENT_IMAGES,
    accountId: config.AWS_ACCOUNT_ID,
  }
}

const nameBook = (config: Config): NameBook => ({
  aliases: ALIASES,
  successors: { ...SUCCESSORS, ...config.AWS_BEDROCK_DEPRECATED_MODELS },
  retired: config.AWS_BEDROCK_DEPRECATED_MODELS,
  followsSuccessors: config.AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK,
})

function checkMapping({ AWS_BEDROCK_MODEL_ARN_MAPPING: mapping }: Config): void {
  for (const [name, arn] of Object.entries(mapping)) {
    if (readModelId(arn)?.kind !== undefined) continue
    throw new Error(
      `The environment holds a value Outcrop cannot use. AWS_BEDROCK_MODEL_ARN_MAPPING.${name}: not the ARN of a model (got ${JSON.stringify(arn)})`,
    )
  }
}

/** An API key of Bedrock wins over signatures, as in the AWS SDKs. */
function chooseSigner(config: Config, runtime: AwsProviderOptions['runtime']): Sign {
  if (config.AWS_BEARER_TOKEN_BEDROCK) return bearerSigner(config.AWS_BEARER_TOKEN_BEDROCK.trim())
  return credentialSigner(runtime)
}
