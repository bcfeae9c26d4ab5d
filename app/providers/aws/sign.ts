import type { AwsCredentials, CredentialSource, Digest } from '../../ports/aws-credentials.ts'
import type { Signable } from './canonical-request.ts'
import { type CanonicalHeaders, canonicalHeaders, canonicalRequest } from './canonical-request.ts'
import { createWebDigest } from './web-digest.ts'

export interface SigningScope {
  region: string
  /** The signing name, which services share: `bedrock`. */
  service: string
}

/** The headers that prove who asks, to be sent beside the request's own. A promise only where nothing else will do. */
export type Sign = (
  request: Signable,
  scope: SigningScope,
) => Record<string, string> | Promise<Record<string, string>>

/** A Bedrock API key needs no signature. */
export function bearerSigner(token: string): Sign {
  const authorization = `Bearer ${token}`
  return () => ({ authorization })
}

export interface SignerDependencies {
  credentials: CredentialSource
  /** Synchronous where the runtime has it; WebCrypto signs otherwise. */
  digest?: Digest
  /** Unix milliseconds. */
  now?(): number
}

/** Signature Version 4 for requests whose body is at hand. */
export function sigV4Signer({ credentials, digest, now = Date.now }: SignerDependencies): Sign {
  const stamp = createStamp(now)
  const sign = digest ? createSyncSigner(digest) : createWebSigner()

  return (request, scope) => {
    const current = credentials.current()
    const draftBy = (credentials: AwsCredentials) =>
      draft({ request, scope, credentials, stamp: stamp() })
    if (!(current instanceof Promise)) return sign(draftBy(current))
    return current.then((credentials) => sign(draftBy(credentials)))
  }
}

interface Asked {
  request: Signable
  scope: SigningScope
  credentials: AwsCredentials
  /** `20261122T031300Z`. */
  stamp: string
}

/** Everything about a signature but the cryptography. */
interface Draft extends Asked {
  /** `20261122/us-east-1/bedrock/aws4_request`. */
  scopeName: string
  headers: Record<string, string>
  signed: CanonicalHeaders
}

function draft({ request, scope, credentials, stamp }: Asked): Draft {
  const headers: Record<string, string> = { 'x-amz-date': stamp }
  if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
  return {
    request,
    scope,
    credentials,
    stamp,
    scopeName: `${stamp.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`,
    headers,
    signed: canonicalHeaders(request.host, request.headers, headers),
  }
}

function textToSign({ stamp, scopeName }: Draft, requestHash: string): string {
  return `AWS4-HMAC-SHA256\n${stamp}\n${scopeName}\n${requestHash}`
}

function authorized(drafted: Draft, signature: string): Record<string, string> {
  const { credentials, headers, signed, scopeName } = drafted
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scopeName}, ` +
    `SignedHeaders=${signed.list}, Signature=${signature}`
  return headers
}

function createSyncSigner(digest: Digest) {
  const keyOf = dayKeys((secret, day, { region, service }) => {
    const dayKey = digest.hmacSha256(`AWS4${secret}`, day)
    const regionKey = digest.hmacSha256(dayKey, region)
    return digest.hmacSha256(digest.hmacSha256(regionKey, service), 'aws4_request')
  })
  return (drafted: Draft) => {
    const { request, signed } = drafted
    const bodyHash = digest.sha256Hex(request.body ?? '')
    const requestHash = digest.sha256Hex(canonicalRequest(request, signed, bodyHash))
    const signature = digest.hmacSha256Hex(keyOf(drafted), textToSign(drafted, requestHash))
    return authorized(drafted, signature)
  }
}

function createWebSigner() {
  const { sha256Hex, hmacSha256, hex } = createWebDigest()
  const keyOf = dayKeys(async (secret, day, { region, service }) => {
    const dayKey = await hmacSha256(`AWS4${secret}`, day)
    const regionKey = await hmacSha256(dayKey, region)
    return hmacSha256(await hmacSha256(regionKey, service), 'aws4_request')
  })
  return async (drafted: Draft) => {
    const { request, signed } = drafted
    const bodyHash = await sha256Hex(request.body ?? '')
    const requestHash = await sha256Hex(canonicalRequest(request, signed, bodyHash))
    const signature = await hmacSha256(await keyOf(drafted), textToSign(drafted, requestHash))
    return authorized(drafted, hex(signature))
  }
}

type DeriveKey<Key> = (secret: string, day: string, scope: SigningScope) => Key

/**
 * Keys hold for one day, region and service, so a day's requests share them. They hang on the
 * credentials object: when that is replaced its keys go with it.
 */
function dayKeys<Key>(derive: DeriveKey<Key>): (drafted: Draft) => Key {
  const known = new WeakMap<AwsCredentials, Map<string, Key>>()
  return ({ credentials, scope, scopeName }) => {
    const keys = known.get(credentials) ?? new Map<string, Key>()
    known.set(credentials, keys)
    const kept = keys.get(scopeName)
    if (kept) return kept

    // Yesterday's keys are of no use to anybody, and there are few regions.
    if (keys.size >= 64) keys.clear()
    const key = derive(credentials.secretAccessKey, scopeName.slice(0, 8), scope)
    keys.set(scopeName, key)
    return key
  }
}

/** The time as SigV4 writes it, formatted at most once a second. */
function createStamp(now: () => number): () => string {
  let second = Number.NaN
  let stamp = ''
  return () => {
    const current = Math.floor(now() / 1000)
    if (current === second) return stamp
    second = current
    stamp = `${new Date(current * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
    return stamp
  }
}
