import type { Config } from '../../config.ts'
import type { Provider } from '../../ports/models.ts'
import type { Runtime } from '../../ports/runtime.ts'
import { createCatalog } from './bedrock/catalog.ts'
import { createBedrockClient } from './bedrock/client.ts'
import { createBedrockModels } from './bedrock/models.ts'
import { createAwsCall } from './call.ts'
import { createEndpoints } from './endpoints.ts'
import { bearerSigner, type Sign, sigV4Signer } from './sign.ts'
import { staticCredentials } from './static-credentials.ts'
import { createWarn } from './warn.ts'

export interface AwsProviderOptions {
  config: Config
  runtime: Pick<Runtime, 'env' | 'transport' | 'log' | 'credentials' | 'digest'>
}

/** Amazon Bedrock. Throws an `Error` naming the variable when endpoint or region cannot be used. */
export function createAwsProvider({ config, runtime }: AwsProviderOptions): Provider {
  const region = regionsOf(config)[0]!
  const endpoints = createEndpoints(runtime.env)
  // Asked once now, so that a region that is none stops the start rather than every request.
  endpoints('bedrock-runtime', region)
  const warn = createWarn(runtime.log, config.LOG_LEVEL)
  const call = createAwsCall({
    transport: runtime.transport,
    endpoints,
    sign: chooseSigner(config, runtime),
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  })
  const catalog = createCatalog({ call, region, seconds: config.MODEL_CACHE_SECONDS, warn })
  const models = createBedrockModels({
    catalog,
    region,
    client: createBedrockClient(call),
    warn,
    firstFrameWait: config.FIRST_FRAME_WAIT * 1000,
  })
  return { name: 'aws', ...models }
}

/** Bedrock regions in order of preference; never empty. */
export function regionsOf(config: Config): string[] {
  const { AWS_BEDROCK_REGIONS, AWS_REGION, AWS_DEFAULT_REGION } = config
  if (AWS_BEDROCK_REGIONS.length > 0) return AWS_BEDROCK_REGIONS
  return [AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1']
}

/** An API key of Bedrock wins over signatures, as in the AWS SDKs. */
function chooseSigner(config: Config, runtime: AwsProviderOptions['runtime']): Sign {
  const { env, digest } = runtime
  if (config.AWS_BEARER_TOKEN_BEDROCK) return bearerSigner(config.AWS_BEARER_TOKEN_BEDROCK.trim())
  const credentials = runtime.credentials ?? staticCredentials(env)
  if (credentials) return sigV4Signer({ credentials, digest })
  return () => {
    throw new Error('No AWS credentials: neither keys nor AWS_BEARER_TOKEN_BEDROCK are set.')
  }
}
