import type { AwsCredentials, CredentialSource } from '../app/ports/aws-credentials.ts'
import { staticCredentials } from '../app/providers/aws/static-credentials.ts'

/** Milliseconds before their end at which new credentials are fetched, as the AWS SDKs do. */
const REFRESH_AHEAD = 5 * 60_000
/** Milliseconds after which credentials that never end are looked up again: somebody may have rotated the file. */
const REREAD_AFTER = 15 * 60_000
/** Milliseconds to leave a failing source alone while the old credentials still hold. */
const RETRY_AFTER = 10_000

/** Fetches credentials once; `expiration` says how long they hold. */
export type FetchCredentials = () => Promise<AwsCredentials>

export interface CredentialOptions {
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
  return fixed ?? refreshing(describeSource(env), { fetch: fetchByChain(), ...options })
}

/** Keeps fetched credentials fresh: one fetch at a time, the old ones used while it runs and they hold. */
function refreshing(describe: string, options: CredentialOptions & { fetch: FetchCredentials }) {
  const { fetch, now = Date.now, onFailure = () => {} } = options
  let known: AwsCredentials | undefined
  let refreshAt = 0
  let fetching: Promise<AwsCredentials> | undefined

  const refresh = () => {
    fetching ??= fetch()
      .then((credentials) => {
        known = credentials
        refreshAt = (credentials.expiration ?? now() + REREAD_AFTER + REFRESH_AHEAD) - REFRESH_AHEAD
        return credentials
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  const refreshBehind = () => {
    refresh().catch((error: unknown) => {
      refreshAt = now() + RETRY_AFTER
      onFailure(error)
    })
  }

  return {
    describe,
    current() {
      if (!known || now() >= (known.expiration ?? Number.POSITIVE_INFINITY)) return refresh()
      if (!fetching && now() >= refreshAt) refreshBehind()
      return known
    },
  } satisfies CredentialSource
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
