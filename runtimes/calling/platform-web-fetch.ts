import { type AddressPolicy, checkUrl } from '../../app/codecs/address-policy.ts'
import { GatewayError } from '../../app/errors.ts'
import type { WebFetch } from '../../app/ports/web-fetch.ts'
import {
  bodyWithin,
  explained,
  fileName,
  MAX_REDIRECTS,
  redirectTarget,
  watchFetch,
} from './web-fetch-answer.ts'

/**
 * Fetches with the platform's own `fetch`, for Workers: names are not ours to resolve there, but the
 * platform reaches no network of ours either. Each URL on the way is checked.
 */
export function createPlatformWebFetch(policy: AddressPolicy): WebFetch {
  return async (text, options) => {
    const watch = watchFetch(options)
    const { signal } = watch
    try {
      let url = checkUrl(text, policy)
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const answer = await fetch(url, { redirect: 'manual', signal })
        const target = redirectTarget(answer.status, answer.headers.get('location'), url)
        if (!target) {
          const bytes = await bodyWithin(
            {
              status: answer.status,
              length: answer.headers.get('content-length'),
              chunks: answer.body ?? [],
            },
            options.maxBytes,
            watch,
          )
          const mediaType = answer.headers.get('content-type') ?? undefined
          return { bytes, mediaType, name: fileName(url) }
        }
        await answer.body?.cancel()
        url = checkUrl(target, policy)
      }
    } catch (thrown) {
      throw explained(thrown, options.signal, watch)
    } finally {
      watch.over()
    }
    throw new GatewayError('invalid-request', 'The URL redirects too often.')
  }
}
