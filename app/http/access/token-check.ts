import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { entryOf } from '../../codecs/table.ts'
import { GatewayError } from '../../errors.ts'
import type { Transport } from '../../ports/transport.ts'
import { refusedToken } from './refused-token.ts'
import { type Issuer, scopesOf } from './token-issuers.ts'

interface CheckedToken {
  claims: JWTPayload
  issuer: Issuer
}

interface CheckOptions {
  transport: Transport
  /** Seconds. */
  tolerance: number
}

/** Milliseconds an issuer has to answer, keys are believed, and lie between two looks for an unknown one. */
const PATIENCE = 5000
const KEYS_HOLD = 10 * 60_000
const COOLDOWN = 30_000

type Jose = typeof import('jose')

/** Checks tokens by the public keys of their issuers. Throws `authentication`, or `overloaded` where those cannot be had. */
export function createTokenCheck(
  issuers: readonly Issuer[],
  { transport, tolerance }: CheckOptions,
): (token: string) => Promise<CheckedToken> {
  const keys = new Map<string, Promise<JWTVerifyGetKey>>()
  /** Found once; a discovery that failed is tried again by the next token. */
  const keysOf = (issuer: Issuer, jose: Jose) => {
    const kept = keys.get(issuer.name)
    if (kept) return kept
    const found = publicKeys(issuer, jose, transport)
    keys.set(issuer.name, found)
    found.catch(() => keys.delete(issuer.name))
    return found
  }

  return async (token) => {
    // Loaded by whoever shows the first token.
    const jose = await import('jose')
    const issuer = issuers.find(({ name }) => name === issuerOf(token, jose))
    if (!issuer) throw refusedToken('its issuer is not known here')
    try {
      const { payload } = await jose.jwtVerify(token, await keysOf(issuer, jose), {
        issuer: issuer.name,
        audience: issuer.audience && [...issuer.audience],
        algorithms: [...issuer.algorithms],
        clockTolerance: tolerance,
        requiredClaims: ['exp', 'sub'],
      })
      const objection = objectionTo(payload, issuer)
      if (objection !== undefined) throw refusedToken(objection)
      return { claims: payload, issuer }
    } catch (thrown) {
      throw explained(thrown, jose)
    }
  }
}

function issuerOf(token: string, { decodeJwt }: Jose): unknown {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function objectionTo(claims: JWTPayload, { scopes, objection }: Issuer): string | undefined {
  if (!isSubject(claims.sub)) return 'its claim sub does not fit'
  const held = scopesOf(claims)
  const missing = scopes.filter((scope) => !held.has(scope))
  return missing.length > 0 ? `it lacks the scope ${missing.join(', ')}` : objection?.(claims)
}

/** A text (RFC 7519, 4.1.2), or a number as some issuers have it. Of anything else two might look like one. */
const isSubject = (sub: unknown): boolean =>
  typeof sub === 'string' ? sub !== '' && sub.isWellFormed() : Number.isSafeInteger(sub)

async function publicKeys(
  issuer: Issuer,
  { createRemoteJWKSet, customFetch }: Jose,
  transport: Transport,
): Promise<JWTVerifyGetKey> {
  const url = issuer.jwksUrl ?? (await discoverKeys(issuer.name, transport))
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: PATIENCE,
    cacheMaxAge: KEYS_HOLD,
    cooldownDuration: COOLDOWN,
    [customFetch]: (asked: string) => fetchJson(asked, transport),
  })
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discoverKeys(issuer: string, transport: Transport): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetchJson(url, transport)
  const found = answer.ok && ((await answer.json()) as Record<string, unknown> | null)
  const { issuer: told, jwks_uri: keys } = found || {}
  if (told === issuer && typeof keys === 'string' && URL.canParse(keys)) return keys
  throw new Error(`${url} does not describe ${issuer}`)
}

async function fetchJson(url: string, transport: Transport): Promise<Response> {
  const { origin, pathname, search } = new URL(url)
  const response = await transport.send(
    { method: 'GET', origin, path: pathname + search, headers: { accept: 'application/json' } },
    { signal: AbortSignal.timeout(PATIENCE), connectTimeout: PATIENCE },
  )
  // A status such as 204 allows no body, not even an empty one.
  return new Response((await response.text()) || null, { status: response.status })
}

/** What jose finds wrong with a token; everything else is about the keys, and no fault of its holder. */
const FAULTS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWT_INVALID: 'it cannot be read',
  ERR_JWS_INVALID: 'it cannot be read',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'a claim does not fit',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not taken here',
  ERR_JOSE_NOT_SUPPORTED: 'its algorithm is not taken here',
  ERR_JWKS_NO_MATCHING_KEY: 'its issuer has no such key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not name its key',
}

function explained(thrown: unknown, { errors }: Jose): GatewayError {
  if (thrown instanceof GatewayError && thrown.code === 'authentication') return thrown
  const isJose = thrown instanceof errors.JOSEError
  const fault = isJose ? entryOf(FAULTS, thrown.code) : undefined
  // Neither network nor keys throw one: it is the token that does not fit them.
  if (thrown instanceof TypeError) return refusedToken('it does not fit the keys of its issuer')
  if (fault === undefined) return unreachable(thrown)
  const claim = thrown instanceof errors.JWTClaimValidationFailed ? thrown.claim : undefined
  return refusedToken(claim === undefined ? fault : `its claim ${claim} does not fit`)
}

const unreachable = (cause: unknown) =>
  new GatewayError('overloaded', 'Tokens cannot be checked at the moment. Retry the request.', {
    reason: 'tokens_unavailable',
    retryAfter: 1,
    cause,
  })
