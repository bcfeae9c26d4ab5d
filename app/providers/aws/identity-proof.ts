import { GatewayError } from '../../errors.ts'
import { isRegion } from './endpoints.ts'

/** The header by which a proof is bound to one server: signed, so that it is of no use to others. */
export const SERVER_ID_HEADER = 'x-outcrop-server-id'

/** A presigned GetCallerIdentity request of whoever calls us, checked and ready to be sent. */
interface IdentityProof {
  origin: string
  /** Path and query as they were signed. */
  path: string
  /** Unix milliseconds. */
  until: number
}

interface ProofRules {
  /** Origins beside AWS's own: an endpoint the operator configured. */
  origins: readonly string[]
  /** Unix milliseconds. */
  now: number
}

/** Milliseconds a proof may be old, and by how much clocks may differ. */
const MOST_AGE = 15 * 60_000
const SKEW = 5 * 60_000
/** Letters of a proof; a session token alone has a thousand and more. */
const MOST_LETTERS = 8192

/** Everything such a request says; a member more could be another question. */
const FIXED: Readonly<Record<string, string>> = {
  Action: 'GetCallerIdentity',
  Version: '2011-06-15',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
}
const REQUIRED = ['X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature']
const OPTIONAL = ['X-Amz-Expires', 'X-Amz-Security-Token']
const KNOWN = new Set([...Object.keys(FIXED), ...REQUIRED, ...OPTIONAL])

/** AWS's own hosts, which the DNS leads to AWS alone. */
const STS_HOST =
  /^sts(?:-fips)?(?:\.([a-z0-9-]+))?\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.eu)$/

/**
 * Reads the base64url of a presigned URL, as EKS's and Vault's clients make theirs. Throws
 * `authentication` saying what is wrong with it, never repeating it.
 */
export function readIdentityProof(proof: string, rules: ProofRules): IdentityProof {
  const url = urlIn(proof)
  checkPlace(url, rules.origins)
  const values = parameters(url)
  const signed = values['X-Amz-SignedHeaders']!.toLowerCase().split(';')
  if (!signed.includes(SERVER_ID_HEADER)) throw refused(`${SERVER_ID_HEADER} is not signed`)
  if (signed.some((name) => name !== 'host' && name !== SERVER_ID_HEADER)) {
    throw refused(`only host and ${SERVER_ID_HEADER} may be signed`)
  }
  const until = timeOver(values, rules.now)
  return { origin: url.origin, path: url.pathname + url.search, until }
}

function urlIn(proof: string): URL {
  if (proof.length > MOST_LETTERS || !/^[\w-]+$/.test(proof)) {
    throw refused('it is not the base64url of a URL')
  }
  const text = decoded(proof)
  const url = text === undefined ? null : URL.parse(text)
  // What is sent must be what was checked, letter by letter, or the signature would not fit anyway.
  if (!url || url.username || url.password || url.hash || url.pathname !== '/') {
    throw refused('it is not the URL of a GetCallerIdentity request')
  }
  return url
}

function decoded(proof: string): string | undefined {
  try {
    return atob(proof.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}

function checkPlace({ origin, protocol, hostname, port }: URL, origins: readonly string[]): void {
  if (origins.includes(origin)) return
  const match = STS_HOST.exec(hostname)
  const region = match?.[1]
  const isAws = match !== null && (region === undefined || isRegion(region))
  if (protocol !== 'https:' || port !== '' || !isAws) throw refused('it does not lead to AWS STS')
}

function parameters(url: URL): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of url.searchParams) {
    if (!KNOWN.has(name) || Object.hasOwn(values, name)) {
      throw refused('it asks for something else than GetCallerIdentity')
    }
    values[name] = value
  }
  const isWhole = REQUIRED.every((name) => values[name])
  const isFixed = Object.entries(FIXED).every(([name, value]) => values[name] === value)
  if (!isWhole || !isFixed) throw refused('it is not a presigned GetCallerIdentity request')
  return values
}

/** When the proof ends; AWS checks the same for what it is sent, but not for what we remember. */
function timeOver(values: Record<string, string>, now: number): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(values['X-Amz-Date']!) ?? []
  const [year, month, day, hour, minute, second] = parts
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const seconds = Number(values['X-Amz-Expires'] ?? MOST_AGE / 1000)
  if (Number.isNaN(signedAt) || !(seconds >= 1)) throw refused('its date cannot be read')
  if (signedAt > now + SKEW) throw refused('it was signed in the future')
  const until = signedAt + Math.min(seconds * 1000, MOST_AGE)
  if (until <= now) throw refused('it has expired')
  return until
}

export const refused = (why: string, cause?: unknown) =>
  new GatewayError('authentication', `The AWS identity proof is not valid: ${why}.`, {
    reason: 'invalid_identity_proof',
    cause,
  })
