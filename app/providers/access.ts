import type { Config } from '../config.ts'
import type { Access } from '../ports/access.ts'
import type { Runtime } from '../ports/runtime.ts'
import { createAwsCall } from './aws/call.ts'
import { createPrincipalSource } from './aws/caller-identity.ts'
import { createEndpoints } from './aws/endpoints.ts'
import { regionsOf } from './aws/regions-of.ts'
import { managedSecret } from './aws/secrets-manager.ts'
import { credentialSigner } from './aws/signer.ts'
import { ssmParameter } from './aws/ssm.ts'

interface AccessOptions {
  config: Config
  runtime: Runtime
}

/** What AWS keeps or knows of callers, as far as it is configured. */
export function createAwsAccess(options: AccessOptions): Pick<Access, 'kept' | 'principals'> {
  return { kept: keptSecret(options), principals: principals(options) }
}

/** The order is that of stdapi: the environment's own key, then SSM, then Secrets Manager. */
function keptSecret({ config, runtime }: AccessOptions): Access['kept'] {
  const { API_KEY_SSM_PARAMETER: parameter, API_KEY_SECRETSMANAGER_SECRET: secret } = config
  if (config.API_KEY !== undefined || (!parameter && !secret)) return undefined
  const region = homeRegion(config)
  const call = createAwsCall({
    transport: runtime.transport,
    endpoints: createEndpoints(runtime.env),
    sign: credentialSigner(runtime),
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  })
  if (parameter) return ssmParameter(call, parameter.trim(), region)
  const member = config.API_KEY_SECRETSMANAGER_KEY
  return managedSecret(call, { id: secret!.trim(), member, region })
}

function principals({ config, runtime }: AccessOptions): Access['principals'] {
  if (!config.AUTH_IAM || config.IAM_SERVER_ID === undefined) return undefined
  const { origin } = createEndpoints(runtime.env)('sts', homeRegion(config))
  return createPrincipalSource({
    transport: runtime.transport,
    serverId: config.IAM_SERVER_ID,
    origins: [origin],
    connectTimeout: config.CONNECT_TIMEOUT * 1000,
  })
}

/** What belongs to no model is asked in the server's own region, wherever its models are. */
const homeRegion = (config: Config) =>
  config.AWS_REGION ?? config.AWS_DEFAULT_REGION ?? regionsOf(config)[0]!
