import type { AwsCredentials, CredentialSource } from '../../ports/aws-credentials.ts'
import type { Linger } from '../../ports/runtime.ts'

/** Milliseconds before their end at which new credentials are fetched, as the AWS SDKs do. */
const REFRESH_AHEAD = 5 * 60_000
/** Milliseconds after which credentials that never end are looked up again: somebody may have rotated the file. */
const REREAD_AFTER = 15 * 60_000
/** Milliseconds to leave a source alone that failed, or had nothing new, while the old credentials still hold. */
const RETRY_AFTER = 10_000

/** Fetches credentials once; `expiration` says how long they hold. */
export type FetchCredentials = () => Promise<AwsCredentials>

interface RefreshOptions {
  fetch: FetchCredentials
  /** Unix milliseconds. */
  now?(): number
  /** Told when a refresh fails while the old credentials still hold. */
  onFailure?(error: unknown): void
  /** As the runtime's: others wait for a fetch, and it may go on when its request has been answered. */
  linger?: Linger
}

/** Keeps fetched credentials fresh: one fetch at a time, the old ones used while it runs and they hold. */
export function refreshingCredentials(describe: string, options: RefreshOptions): CredentialSource {
  const { fetch, linger, now = Date.now, onFailure = () => {} } = options
  let known: AwsCredentials | undefined
  let refreshAt = 0
  let renewAt = 0
  let fetching: Promise<AwsCredentials> | undefined

  const refresh = () => {
    if (fetching) return fetching
    fetching = fetch()
      .then((credentials) => {
        known = credentials
        const ends = credentials.expiration ?? now() + REREAD_AFTER + REFRESH_AHEAD
        refreshAt = Math.max(ends - REFRESH_AHEAD, now() + RETRY_AFTER)
        return credentials
      })
      .finally(() => {
        fetching = undefined
      })
    linger?.(fetching.catch(() => {}))
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
    async renewed(sessionToken) {
      const isCurrent = () => known?.sessionToken === sessionToken
      if (isCurrent() && !fetching && now() >= renewAt) {
        renewAt = now() + RETRY_AFTER
        await refresh().catch(onFailure)
      } else if (isCurrent()) {
        // Whoever began it is told of its failure.
        await fetching?.catch(() => {})
      }
      return known !== undefined && !isCurrent()
    },
  }
}
