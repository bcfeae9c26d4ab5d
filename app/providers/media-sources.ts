import type { Config } from '../config.ts'
import type { MediaSources } from '../ports/media-sources.ts'
import type { Runtime } from '../ports/runtime.ts'

/** Where attachments come from, as configured and as far as the runtime can reach. */
export function createMediaSources({
  config,
  runtime,
}: {
  config: Config
  runtime: Runtime
}): MediaSources {
  const policy = {
    allowHttp: config.INPUT_URLS === 'http',
    allowPrivate: !config.SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS,
  }
  return {
    web: config.INPUT_URLS === 'off' ? undefined : runtime.webFetch?.(policy),
  }
}
