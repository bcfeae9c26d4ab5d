import { canonicalTarget, tidyHeaderValue } from '../../codecs/canonical-request.ts'
import { equalsInConstantTime } from '../../codecs/constant-time.ts'
import { createWebDigest } from '../../codecs/web-digest.ts'
import { GatewayError } from '../../errors.ts'

/** A request as it came over the wire. */
export interface SignedFacts {
  method: string
  /** Path and query, untouched. */
  target: string
  /** A header by its lower-case name; HTTP/2 has `:authority` for `host`. */
  header(name: string): string | undefined
  body: string
}

/** Who signed. */
interface Signer {
  accessKeyId: string
}

interface VerifyOptions {
  /** The secret of an access key; undefined where nobody knows it. */
  secretOf(accessKeyId: string): string | undefined
  /** Unix milliseconds. */
  now?(): number
}

/** As AWS: a signature is good for five minutes, and clocks may differ as much (aws-platform facts). */
const SKEW = 5 * 60 * 1000

const SCHEME = 'AWS4-HMAC-SHA256'
const CREDENTIAL =
  /(?:^|[\s,])Credential=([^/,\s]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request(?=[\s,]|$)/
const SIGNED_HEADERS = /(?:^|[\s,])SignedHeaders=([^\s,]{1,4096})/
const SIGNATURE = /(?:^|[\s,])Signature=([0-9a-f]{64})(?=[\s,]|$)/

/** The service whose signatures are taken; that of Bedrock Runtime. */
const SERVICE = 'bedrock'

/** Whether the caller shows a Signature Version 4 of AWS. */
export const isSigned = (authorization: string | undefined): authorization is string =>
  authorization?.startsWith(SCHEME) === true

/**
 * Verifies a Signature Version 4 in the `authorization` header by signing the same request again. Rejects with
 * `authentication`: an unknown access key, an old or a wrong signature, one that leaves something out.
 */
export async function verifySigV4(
  facts: SignedFacts,
  { secretOf, now = Date.now }: VerifyOptions,
): Promise<Signer> {
  const shown = readAuthorization(facts)
  refuseOldSignature(shown, now())
  const secret = secretOf(shown.accessKeyId)
  const expected = await signatureOf(facts, shown, secret ?? NOBODYS)
  if (secret === undefined) {
    throw refused('The security token included in the request is invalid: unknown access key.')
  }
  if (equalsInConstantTime(expected, shown.signature)) return { accessKeyId: shown.accessKeyId }
  throw refused(
    'The signature does not fit the request: it was changed on its way, or signed with another secret.',
    'invalid_signature',
  )
}

/** Signed with all the same, so that time does not tell which access keys exist. */
const NOBODYS = 'nobody'

interface Shown {
  accessKeyId: string
  day: string
  region: string
  service: string
  /** In the order they were signed in. */
  names: string[]
  signature: string
  /** `20261122T031300Z`. */
  stamp: string
}

function readAuthorization({ header }: SignedFacts): Shown {
  const authorization = header('authorization') ?? ''
  const [, accessKeyId, day, region, service] = CREDENTIAL.exec(authorization) ?? []
  const [, names] = SIGNED_HEADERS.exec(authorization) ?? []
  const [, signature] = SIGNATURE.exec(authorization) ?? []
  const stamp = header('x-amz-date')
  if (!accessKeyId || !day || !region || !service || !names || !signature || !stamp) {
    throw incomplete('It needs Credential, SignedHeaders, Signature and the header x-amz-date.')
  }
  if (service !== SERVICE) throw incomplete(`Its scope must name the service ${SERVICE}.`)
  const list = names.split(';')
  if (!list.includes('host') && !list.includes(':authority'))
    throw incomplete('It must cover host.')
  return { accessKeyId, day, region, service, names: list, signature, stamp }
}

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

function refuseOldSignature({ stamp, day }: Shown, now: number): void {
  const [, ...digits] = STAMP.exec(stamp) ?? []
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = digits.map(Number)
  const signedAt = Date.UTC(year, month - 1, date, hour, minute, second)
  if (digits.length > 0 && stamp.startsWith(day) && Math.abs(now - signedAt) <= SKEW) return
  throw refused(
    `Signature expired, or not yet current: ${stamp} is more than five minutes from this server's time.`,
    'signature_expired',
  )
}

async function signatureOf(facts: SignedFacts, shown: Shown, secret: string): Promise<string> {
  const { sha256Hex, hmacSha256, hex } = createWebDigest()
  const { day, region, service, stamp, names } = shown
  const bodyHash = await sha256Hex(facts.body)
  const claimed = facts.header('x-amz-content-sha256')
  if (claimed !== undefined && claimed !== bodyHash) {
    throw refused(
      'The header x-amz-content-sha256 is not the digest of the body.',
      'invalid_signature',
    )
  }
  const lines = names.map((name) => `${name}:${tidyHeaderValue(facts.header(name) ?? '')}\n`)
  const request = `${facts.method}\n${canonical(facts.target)}\n${lines.join('')}\n${names.join(';')}\n${bodyHash}`
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = `${SCHEME}\n${stamp}\n${scope}\n${await sha256Hex(request)}`
  const dayKey = await hmacSha256(`AWS4${secret}`, day)
  const regionKey = await hmacSha256(dayKey, region)
  const key = await hmacSha256(await hmacSha256(regionKey, service), 'aws4_request')
  return hex(await hmacSha256(key, text))
}

function canonical(target: string): string {
  try {
    return canonicalTarget(target)
  } catch (cause) {
    throw new GatewayError('invalid-request', 'The address of the request is not valid.', { cause })
  }
}

const incomplete = (why: string) =>
  refused(
    `The AWS signature in the authorization header is incomplete. ${why}`,
    'incomplete_signature',
  )

const refused = (message: string, reason?: string) =>
  new GatewayError('authentication', message, { reason })
