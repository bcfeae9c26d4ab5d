import { partitionOf } from '../../config/aws-partitions.ts'
import type { Config } from '../../config.ts'

/** Who makes tokens, and which of them are taken. */
export interface Issuer {
  /** Part of the names of owners: two issuers may know different people by one name. */
  kin: 'jwt' | 'cognito'
  /** As `iss` has it. */
  name: string
  /** Where its keys are; found by discovery when absent. */
  jwksUrl?: string
  algorithms: readonly string[]
  /** Undefined where the issuer's access tokens name none. */
  audience?: readonly string[]
  scopes: readonly string[]
  /** What else must be true of the claims: a sentence about what is not. */
  objection?(claims: Readonly<Record<string, unknown>>): string | undefined
}

/** The issuer of JWT_ISSUER. Throws an `Error` for the operator. */
export function configuredIssuer(config: Config): Issuer | undefined {
  const { JWT_ISSUER: name, JWT_AUDIENCE: audience, JWT_JWKS_URL: jwksUrl } = config
  if (name === undefined) return undefined
  if (audience.length === 0) {
    throw new Error(
      'JWT_ISSUER needs JWT_AUDIENCE: without it a token that was made for another server would be good here.',
    )
  }
  const scopes = config.JWT_REQUIRED_SCOPES
  return { kin: 'jwt', name, jwksUrl, algorithms: config.JWT_ALGORITHMS, audience, scopes }
}

/**
 * The Cognito user pool. Its access tokens carry `client_id` instead of an audience, and `token_use` tells
 * them from id tokens (docs, "Verifying JSON web tokens"). Throws an `Error` for the operator.
 */
export function cognitoIssuer(config: Config): Issuer | undefined {
  const { AWS_COGNITO_USER_POOL_ID: pool, AWS_COGNITO_CLIENT_IDS: clients } = config
  if (pool === undefined) return undefined
  if (clients.length === 0) {
    throw new Error(
      'AWS_COGNITO_USER_POOL_ID needs AWS_COGNITO_CLIENT_IDS: name the app clients whose tokens are taken.',
    )
  }
  const region = pool.slice(0, pool.indexOf('_'))
  const name = `https://cognito-idp.${region}.${partitionOf(region).suffix}/${pool}`
  return {
    kin: 'cognito',
    name,
    jwksUrl: `${name}/.well-known/jwks.json`,
    algorithms: ['RS256'],
    scopes: [],
    objection: (claims) => objectionOf(claims, clients, config),
  }
}

function objectionOf(
  claims: Readonly<Record<string, unknown>>,
  clients: readonly string[],
  config: Config,
): string | undefined {
  const { token_use: use, client_id: client, aud } = claims
  if (use === 'id' && config.AWS_COGNITO_ACCEPT_ID_TOKEN) {
    return clients.includes(String(aud)) ? undefined : 'it was made for another client'
  }
  if (use !== 'access') return 'it is not an access token'
  if (!clients.includes(String(client))) return 'it was made for another client'
  const held = scopesOf(claims)
  const missing = config.AWS_COGNITO_REQUIRED_SCOPES.filter((scope) => !held.has(scope))
  return missing.length > 0 ? `it lacks the scope ${missing.join(', ')}` : undefined
}

/** A text with spaces (RFC 8693), or a list as some issuers have it, also under their own name for it. */
export function scopesOf({ scope, scp }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const words = [scope, scp].flatMap((value) => {
    if (typeof value === 'string') return value.split(' ')
    return Array.isArray(value) ? value.map(String) : []
  })
  return new Set(words.filter(Boolean))
}
