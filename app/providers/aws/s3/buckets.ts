import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'

interface S3Place {
  bucket: string
  key: string
}

/** What `s3://bucket/key` names. Throws `invalid-request` on anything else. */
export function placeOf(uri: string): S3Place {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(uri) ?? []
  if (bucket && key && new TextEncoder().encode(key).length <= 1024) return { bucket, key }
  throw new GatewayError('invalid-request', 'The S3 address is not of the form s3://bucket/key.')
}

/**
 * `tmp/../files/x` is a key, but a URL makes another one of it on its way to S3, even one of another bucket.
 * Throws `invalid-request`.
 */
export function refuseDetour({ key }: S3Place): void {
  if (!key.split('/').some((segment) => segment === '.' || segment === '..')) return
  throw new GatewayError('invalid-request', 'The key of an S3 address has no "." or ".." in it.')
}

/**
 * Where callers may point: the buckets that are accepted, and of our own only what is staged there. Files
 * belong to their owners, who name them by their ids.
 */
export function mayRead(config: Config, { bucket, key }: S3Place): boolean {
  if (config.AWS_S3_ACCEPTED_BUCKETS.includes(bucket)) return true
  return ownBuckets(config).has(bucket) && !key.startsWith(config.AWS_S3_FILES_PREFIX)
}

function ownBuckets(config: Config): Set<string> {
  const { AWS_S3_BUCKET, AWS_S3_REGIONAL_BUCKETS } = config
  const buckets = new Set(Object.values(AWS_S3_REGIONAL_BUCKETS))
  if (AWS_S3_BUCKET) buckets.add(AWS_S3_BUCKET)
  return buckets
}

/** Where the main bucket is. */
export const bucketRegion = ({ AWS_REGION, AWS_DEFAULT_REGION }: Config) =>
  AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1'

/** The same in headers, for those who write by a URL of ours. */
export function encryptionHeaders(config: Config): Record<string, string> {
  const { ServerSideEncryption, SSEKMSKeyId } = encryption(config)
  return {
    ...(ServerSideEncryption && { 'x-amz-server-side-encryption': ServerSideEncryption }),
    ...(SSEKMSKeyId && { 'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId }),
  }
}

/** How what we write is encrypted, in S3's words. */
export function encryption({ AWS_S3_SSE, AWS_S3_SSE_KMS_KEY_ID }: Config): {
  ServerSideEncryption?: Config['AWS_S3_SSE']
  SSEKMSKeyId?: string
} {
  if (!AWS_S3_SSE && !AWS_S3_SSE_KMS_KEY_ID) return {}
  return {
    ServerSideEncryption: AWS_S3_SSE ?? 'aws:kms',
    ...(AWS_S3_SSE_KMS_KEY_ID && { SSEKMSKeyId: AWS_S3_SSE_KMS_KEY_ID }),
  }
}
