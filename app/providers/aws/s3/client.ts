import type { S3Client } from '@aws-sdk/client-s3'
import type { Config } from '../../../config.ts'
import type { Runtime } from '../../../ports/runtime.ts'
import { staticCredentials } from '../static-credentials.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

/** The SDK's S3 client and its commands, loaded when first asked for. */
export interface S3Access {
  sdk: Sdk
  client: S3Client
}

export interface S3Options {
  config: Config
  runtime: Pick<Runtime, 'env' | 'credentials'>
}

type Environment = Record<string, string | undefined>

/** The SDK's own 50 would make uploads wait for one another. Node finds its proxies in the environment. */
const socketsOf = (env: Environment) => ({ maxSockets: 512, keepAlive: true, proxyEnv: env })

/** S3 in one region; the client is made once. */
export function s3Access({ config, runtime }: S3Options, region: string): () => Promise<S3Access> {
  let opening: Promise<S3Access> | undefined
  const open = async (): Promise<S3Access> => {
    const sdk = await import('@aws-sdk/client-s3')
    const endpoint = customEndpoint(runtime.env, region)
    const sockets = socketsOf(runtime.env)
    const client = new sdk.S3Client({
      region,
      endpoint,
      // Stand-ins for S3 have no name for every bucket.
      forcePathStyle: endpoint !== undefined,
      credentials: credentialsOf(runtime),
      // Not `fetch` where there is something else: it copies every body it is given.
      requestHandler: {
        httpAgent: sockets,
        httpsAgent: sockets,
        connectionTimeout: config.CONNECT_TIMEOUT * 1000,
        requestTimeout: config.AWS_S3_TIMEOUT * 1000,
        throwOnRequestTimeout: true,
      },
      // Stand-ins for S3 do not know the newer checksums, and TLS and signature guard the bytes.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      useAccelerateEndpoint: config.AWS_S3_ACCELERATE && endpoint === undefined,
      followRegionRedirects: true,
      // No `fetch` can send it.
      expectContinueHeader: false,
      maxAttempts: 3,
    })
    return { sdk, client }
  }
  return () => {
    opening ??= open()
    return opening
  }
}

/** `AWS_ENDPOINT_URL_S3`, then `AWS_ENDPOINT_URL`, as the SDKs have it; `{region}` stands for the region's name. */
export function customEndpoint(env: Environment, region: string): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.trim().toLowerCase() === 'true') return undefined
  const url = env['AWS_ENDPOINT_URL_S3']?.trim() || env['AWS_ENDPOINT_URL']?.trim()
  return url ? url.replaceAll('{region}', region).replace(/\/+$/, '') : undefined
}

/** Who we are at S3; a Bedrock API key is nobody there. */
export function credentialsOf({ env, credentials }: S3Options['runtime']) {
  const source = credentials ?? staticCredentials(env)
  return async () => {
    if (!source) throw new Error('No AWS credentials are set.')
    const { expiration, ...identity } = await source.current()
    return { ...identity, ...(expiration !== undefined && { expiration: new Date(expiration) }) }
  }
}
