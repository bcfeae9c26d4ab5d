import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'

/** A request as it came in over the wire. */
interface SignedRequest {
  method: string
  /** Path and query, untouched. */
  path: string
  headers: Record<string, string>
  body: Uint8Array
}

export type Verdict = 'valid' | 'invalid' | 'absent'

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/

/** Judges a signature as AWS would, by signing the same request again with the library. */
export async function verifySignature(
  request: SignedRequest,
  credentials: AwsCredentials,
): Promise<Verdict> {
  const authorization = request.headers['authorization']
  if (!authorization) return 'absent'
  const [, keyId, day, region, service, names] = AUTHORIZATION.exec(authorization) ?? []
  if (!keyId || !day || !region || !service || !names) return 'invalid'
  const date = request.headers['x-amz-date'] ?? ''
  const list = names.split(';')
  const mustSign = ['host', 'content-type', ...Object.keys(request.headers)].filter(
    (name) => name === 'host' || name.startsWith('x-amz-') || name === 'content-type',
  )
  if (
    keyId !== credentials.accessKeyId ||
    !date.startsWith(day) ||
    request.headers['x-amz-security-token'] !== credentials.sessionToken ||
    mustSign.some((name) => request.headers[name] !== undefined && !list.includes(name))
  ) {
    return 'invalid'
  }
  const expected = await oracleSignature(request, { credentials, region, service, names: list })
  return expected === authorization ? 'valid' : 'invalid'
}

interface OracleScope {
  credentials: AwsCredentials
  region: string
  service: string
  /** The headers the signature covers. */
  names: string[]
}

/** The `authorization` header @smithy/signature-v4 gives a request that carries its `x-amz-date`. */
export async function oracleSignature(request: SignedRequest, scope: OracleScope): Promise<string> {
  const { credentials, region, service, names } = scope
  const { 'x-amz-date': stamp = '', ...headers } = request.headers
  const [pathname = '', query = ''] = splitOnce(request.path, '?')
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
    },
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  })
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'https:',
      hostname: '',
      path: pathname,
      query: readQuery(query),
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => names.includes(name.toLowerCase())),
      ),
      body: request.body,
    },
    { signingDate: readStamp(stamp) },
  )
  return signed.headers['authorization']!
}

function readQuery(query: string): Record<string, string[]> {
  const bag = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(query)) {
    bag.set(name, [...(bag.get(name) ?? []), value])
  }
  return Object.fromEntries(bag)
}

const splitOnce = (text: string, mark: string) => {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const readStamp = (stamp: string) =>
  new Date(stamp.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))
