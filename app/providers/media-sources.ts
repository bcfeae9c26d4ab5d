import type { Config } from '../config.ts'
import type { MediaSources } from '../ports/media-sources.ts'
import type { Runtime } from '../ports/runtime.ts'
import { awsConfigured } from './aws/configured.ts'
import { s3Attachments } from './aws/s3/attachments.ts'

/** Where attachments come from, as configured and as far as the runtime can reach. */
export function createMediaSources({
  config,
  runtime,
}: {
  config: Config
  runtime: Runtime
}): Omit<MediaSources, 'file'> {
  const policy = {
    allowHttp: config.INPUT_URLS === 'http',
    allowPrivate: !config.SSRF_PROTECTION_BLOCK_PRIVATE_NETWORKS,
  }
  return {
    web: config.INPUT_URLS === 'off' ? undefined : runtime.webFetch?.(policy),
    ...(usesS3(config, runtime) && s3Attachments({ config, runtime })),
  }
}

const usesS3 = (config: Config, { env }: Runtime) =>
  config.AWS_S3_BUCKET !== undefined ||
  config.AWS_S3_ACCEPTED_BUCKETS.length > 0 ||
  awsConfigured(env)
