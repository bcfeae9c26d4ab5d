import { AwsV4Signer } from 'aws4fetch'
import { partitionOf } from '../../../config/aws-partitions.ts'
import type { PresignOptions } from '../../../ports/object-store.ts'
import { encryptionHeaders } from './buckets.ts'
import { credentialsOf, customEndpoint, type S3Options } from './client.ts'

/** Makes URLs that read or write one object of a bucket without further proof. */
export function presigner(
  { config, runtime }: S3Options,
  { bucket, region }: { bucket: string; region: string },
): (key: string, options: PresignOptions) => Promise<string> {
  const identity = credentialsOf(runtime)
  const base = baseUrl(customEndpoint(runtime.env, region), {
    bucket,
    region,
    accelerate: config.AWS_S3_ACCELERATE,
  })
  // S3 takes them as headers alone; a URL that was signed without them could not write where a policy asks for them.
  const written = encryptionHeaders(config)
  return async (key, { method, seconds, type, disposition }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await identity()
    const url = new URL(`${base}/${key.split('/').map(encodeURIComponent).join('/')}`)
    url.searchParams.set('X-Amz-Expires', String(seconds))
    if (type) url.searchParams.set('response-content-type', type)
    if (disposition) url.searchParams.set('response-content-disposition', disposition)
    const signer = new AwsV4Signer({
      url: url.href,
      method,
      headers: method === 'PUT' ? written : {},
      accessKeyId,
      secretAccessKey,
      sessionToken,
      region,
      service: 's3',
      signQuery: true,
    })
    return (await signer.sign()).url.href
  }
}

interface BucketPlace {
  bucket: string
  region: string
  accelerate: boolean
}

function baseUrl(endpoint: string | undefined, { bucket, region, accelerate }: BucketPlace) {
  if (endpoint) return `${endpoint}/${bucket}`
  const { suffix } = partitionOf(region)
  // The certificate covers one label before S3's own host.
  if (bucket.includes('.')) return `https://s3.${region}.${suffix}/${bucket}`
  return accelerate
    ? `https://${bucket}.s3-accelerate.${suffix}`
    : `https://${bucket}.s3.${region}.${suffix}`
}
