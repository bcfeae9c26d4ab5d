import type { CredentialSource } from '../../app/ports/aws-credentials.ts'
import {
  type FetchCredentials,
  refreshingCredentials,
} from '../../app/providers/aws/refreshing-credentials.ts'
import { staticCredentials } from '../../app/providers/aws/static-credentials.ts'

interface CredentialOptions {
  /** How they are fetched; by default through the chain of the AWS SDK. */
  fetch?: FetchCredentials
  /** Unix milliseconds. */
  now?(): number
  /** Told when a refresh fails while the old credentials still hold. */
  onFailure?(error: unknown): void
}

/**
 * Who we are at AWS: static keys of the environment at once, else profiles, SSO, web identity, ECS,
 * EKS or IMDS through the AWS SDK, which is loaded at the first need. A profile asked for by name wins
 * over static keys, as in the SDK.
 */
export function createCredentials(
  env: Record<string, string | undefined>,
  options: CredentialOptions = {},
): CredentialSource {
  const fixed = env['AWS_PROFILE'] ? undefined : staticCredentials(env)
  return fixed ?? refreshingCredentials(describeSource(env), { fetch: fetchByChain(), ...options })
}

/** The AWS SDK's chain, a new one each time and without its cache of files: refreshing is done here. */
function fetchByChain(): FetchCredentials {
  return async () => {
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
    const { expiration, ...identity } = await defaultProvider({ ignoreCache: true })()
    const { accessKeyId, secretAccessKey, sessionToken } = identity
    return { accessKeyId, secretAccessKey, sessionToken, expiration: expiration?.getTime() }
  }
}

/** Where the chain will find them first, in words for the banner. */
function describeSource(env: Record<string, string | undefined>): string {
  if (env['AWS_PROFILE']) return `profile ${env['AWS_PROFILE']}`
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE']) return 'web identity'
  if (env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || env['AWS_CONTAINER_CREDENTIALS_FULL_URI']) {
    return 'container'
  }
  return 'shared files or instance metadata'
}
