import type { JWTPayload } from 'jose'
import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import { fitsGlob } from '../../gateway/names/glob.ts'
import { identityOf, ownerOf } from '../../library/keys/key-owner.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import { type Issuer, scopesOf } from './token-issuers.ts'

/** Who the holder of these claims is here, and until when (Unix milliseconds). */
export interface ClaimedIdentity {
  identity: CallerIdentity
  until: number
}

/** Who the holder of these claims is here. Throws `permission` for somebody who may not call. */
export function identityOfClaims(
  claims: JWTPayload,
  { kin }: Issuer,
  config: Config,
): ClaimedIdentity {
  const { JWT_PRINCIPALS: principals, JWT_ADMIN_SCOPES: adminScopes } = config
  const entry = principals.find(({ claims: wanted }) => fits(claims, wanted))
  const over = entry?.expires_at
  if (principals.length > 0 && !entry) throw refused('is not for anybody who may call')
  if (over !== undefined && over * 1000 <= Date.now())
    throw refused('is for somebody whose time is over')

  const subject = String(claims.sub)
  const { claims: _, ...policy } = entry ?? { claims: {} }
  // Usage and limits know its holder by their own name, whoever owns what they store.
  const own = ownerOf(kin, subject)
  if (own === undefined) throw refused('names somebody by too many letters')
  const owner = claimedTenant(claims, config) ?? own
  const held = scopesOf(claims)
  const isAdmin = policy.admin === true || adminScopes.some((scope) => held.has(scope))
  const admin = isAdmin ? { admin: true } : {}
  const identity = identityOf({
    owner,
    keyId: `${kin}:${subject}`,
    policy: { ...policy, ...admin },
  })
  const tenant = policy.tenant === undefined ? tenantIn(claims, config) : undefined
  const until = Math.min(claims.exp ?? 0, over ?? Number.POSITIVE_INFINITY) * 1000
  return { identity: tenant === undefined ? identity : { ...identity, tenant }, until }
}

/** A claim fits when it is, or among others holds, what the pattern says. */
function fits(claims: JWTPayload, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, pattern]) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    const values = Array.isArray(value) ? value : [value]
    return values.some((one) => isText(one) && fitsGlob(pattern, String(one)))
  })
}

const isText = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

function tenantIn(claims: JWTPayload, { JWT_TENANT_CLAIM: name }: Config): string | undefined {
  const value = name !== undefined && Object.hasOwn(claims, name) ? claims[name] : undefined
  return isText(value) && value !== '' ? String(value) : undefined
}

/** Undefined where no tenant is claimed. */
function claimedTenant(claims: JWTPayload, config: Config): string | undefined {
  const tenant = tenantIn(claims, config)
  if (tenant === undefined) return undefined
  const owner = ownerOf('tenant', tenant)
  if (owner === undefined || !tenant.isWellFormed()) throw refused('names a tenant that is no name')
  return owner
}

const refused = (why: string) =>
  new GatewayError('permission', `The token ${why} here.`, { reason: 'token_not_allowed' })
