import { canonicalTarget } from '../../codecs/canonical-request.ts'
import { remembered } from '../../codecs/remembered.ts'
import { createWebDigest } from '../../codecs/web-digest.ts'
import type { AwsCredentials, CredentialSource, Digest } from '../../ports/aws-credentials.ts'
import type { Signable } from './canonical-request.ts'
import { type CanonicalHeaders, canonicalHeaders } from './canonical-request.ts'
import { createSigningClock, type SignatureRefusal } from './signing-clock.ts'

export interface SigningScope {
  region: string
  /** The signing name, which services share: `bedrock`. */
  service: string
}

/** The headers that prove who asks, to be sent beside the request's own. A promise only where nothing else will do. */
export interface Sign {
  (request: Signable, scope: SigningScope): Record<string, string> | Promise<Record<string, string>>
  /** Learns why a proof was refused. Tells whether another one is worth a try. */
  learn?(proof: Readonly<Record<string, string>>, refusal: SignatureRefusal): Promise<boolean>
}

/** A Bedrock API key needs no signature. */
export function bearerSigner(token: string): Sign {
  const authorization = `Bearer ${token}`
  return () => ({ authorization })
}

interface SignerDependencies {
  credentials: CredentialSource
  /** Synchronous where the runtime has it; WebCrypto signs otherwise. */
  digest?: Digest
  /** Unix milliseconds. */
  now?(): number
}

/** Signature Version 4 for requests whose body is at hand. */
export function sigV4Signer({ credentials, digest, now = Date.now }: SignerDependencies): Sign {
  const clock = createSigningClock(now)
  const draft = createDraft(clock.now)
  const sign = digest ? createSyncSigner(digest) : createWebSigner()
  const signed: Sign = (request, scope) => {
    const current = credentials.current()
    if (!(current instanceof Promise)) return sign(draft({ request, scope, credentials: current }))
    return current.then((credentials) => sign(draft({ request, scope, credentials })))
  }
  return Object.assign(signed, {
    async learn(proof: Readonly<Record<string, string>>, refusal: SignatureRefusal) {
      if (!EXPIRED.has(refusal.type)) return clock.learn(proof['x-amz-date'] ?? '', refusal)
      const token = proof['x-amz-security-token']
      return token !== undefined && ((await credentials.renewed?.(token)) ?? false)
    },
  })
}

/** What AWS says of credentials whose time is over. */
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredTokenException', 'ExpiredToken'])

interface Asked {
  request: Signable
  scope: SigningScope
  credentials: AwsCredentials
}

/** Everything about a signature but the cryptography. */
interface Draft extends Asked {
  /** `20261122T031300Z`. */
  stamp: string
  /** `20261122/us-east-1/bedrock/aws4_request`. */
  scopeName: string
  /** Path and query as they are signed. */
  target: string
  headers: Record<string, string>
  signed: CanonicalHeaders
}

/** What requests share is made once: the time in a second, the scope in a day, the form of a path. */
function createDraft(now: () => number): (asked: Asked) => Draft {
  const stampNow = createStamp(now)
  const scopeNameOf = createScopeNames()
  const targetOf = remembered(canonicalTarget)
  return ({ request, scope, credentials }) => {
    const { stamp, day } = stampNow()
    const headers: Record<string, string> = { 'x-amz-date': stamp }
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
    return {
      request,
      scope,
      credentials,
      stamp,
      scopeName: scopeNameOf(day, scope),
      target: targetOf(request.path),
      headers,
      signed: canonicalHeaders(request.host, request.headers, headers),
    }
  }
}

/** The text whose hash is signed. */
function requestText({ request, target, signed }: Draft, bodyHash: string): string {
  return `${request.method}\n${target}\n${signed.lines}\n${signed.list}\n${bodyHash}`
}

/** What stands for the hash of a body that is not there yet: a stream of events. */
const saidHash = ({ request }: Draft): string | undefined => request.headers['x-amz-content-sha256']

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
    const bodyHash = saidHash(drafted) ?? digest.sha256Hex(drafted.request.body ?? '')
    const requestHash = digest.sha256Hex(requestText(drafted, bodyHash))
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
    const bodyHash = saidHash(drafted) ?? (await sha256Hex(drafted.request.body ?? ''))
    const requestHash = await sha256Hex(requestText(drafted, bodyHash))
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

/** Requests that follow one another mostly go to one region. */
function createScopeNames(): (day: string, scope: SigningScope) => string {
  let last = { day: '', region: '', service: '', name: '' }
  return (day, { region, service }) => {
    if (last.day !== day || last.region !== region || last.service !== service) {
      last = { day, region, service, name: `${day}/${region}/${service}/aws4_request` }
    }
    return last.name
  }
}

/** The time as SigV4 writes it, formatted at most once a second. */
function createStamp(now: () => number): () => { stamp: string; day: string } {
  let second = Number.NaN
  let known = { stamp: '', day: '' }
  return () => {
    const current = Math.floor(now() / 1000)
    if (current === second) return known
    second = current
    const stamp = `${new Date(current * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
    known = { stamp, day: stamp.slice(0, 8) }
    return known
  }
}
