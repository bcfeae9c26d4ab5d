import type { Config } from '../config.ts'
import type { MediaSources } from '../ports/media-sources.ts'
import type { Runtime } from '../ports/runtime.ts'
import { awsConfigured } from './aws/configured.ts'
import { s3Attachments } from './aws/s3/attachments.ts'
import { bucketAttachments } from './embedded/bucket-attachments.ts'

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
    ...objectsByAddress(config, runtime),
  }
}

/**
 * What `s3://` leads to. An operator who asks for the embedded models alone, and names no bucket, wants nothing
 * of AWS.
 */
function objectsByAddress(config: Config, runtime: Runtime) {
  const isBucketNamed =
    config.AWS_S3_BUCKET !== undefined || config.AWS_S3_ACCEPTED_BUCKETS.length > 0
  const wantsAws = config.PROVIDER !== 'embedded' && awsConfigured(runtime.env)
  if (isBucketNamed || wantsAws) return s3Attachments({ config, runtime })
  return runtime.openBuckets && bucketAttachments(runtime.openBuckets(config))
}
