import type { KeyPolicy } from '../../config/key-policy.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'

/** Ways to be known; each has names of its own, so that none can take another's things. */
type Kin = 'tenant' | 'key' | 'iam' | 'jwt' | 'cognito'

/** Owners become parts of keys and of file names. */
const LONGEST = 200

/**
 * The owner of what somebody stores: undefined where the name is too long to be one. What is not lower
 * case is escaped, so that two owners differ on every disk too.
 */
export function ownerOf(kin: Kin, name: string): string | undefined {
  // What the only key of a server stored stays there for a tenant of this name.
  if (kin === 'tenant' && name === SOLE_CALLER.owner) return SOLE_CALLER.owner
  const owner = `${kin}.${escaped(name)}`
  return owner.length <= LONGEST && name !== '' ? owner : undefined
}

function escaped(name: string): string {
  let text = ''
  for (const byte of new TextEncoder().encode(name)) {
    const letter = String.fromCharCode(byte)
    text += /[a-z0-9._@-]/.test(letter) ? letter : `~${byte.toString(16).padStart(2, '0')}`
  }
  return text
}

interface Holder {
  owner: string
  keyId: string
  name?: string
  policy: KeyPolicy
}

/** Who holds a key or a proof to which this policy belongs. */
export function identityOf({ owner, keyId, name, policy }: Holder): CallerIdentity {
  const { tenant, admin, models, denied_models, endpoints, denied_endpoints } = policy
  const { limits, budget, aws, tags } = policy
  const permissions = present({
    models,
    deniedModels: denied_models,
    endpoints,
    deniedEndpoints: denied_endpoints,
  })
  return {
    owner: tenant === undefined ? owner : ownerOf('tenant', tenant)!,
    keyId,
    ...present({ tenant, name, permissions, budget: budget && present(budget), tags }),
    ...(admin && { admin }),
    ...(limits && {
      limits: {
        requestsPerMinute: limits.requests_per_minute,
        tokensPerMinute: limits.tokens_per_minute,
        concurrent: limits.concurrent,
      },
    }),
    ...(aws && {
      aws: present({
        roleArn: aws.role_arn,
        externalId: aws.external_id,
        profiles: aws.profiles,
      }),
    }),
  }
}

/** Without the members that are not there; undefined when none is left. */
function present<T extends object>(all: T): T | undefined {
  const entries = Object.entries(all).filter(([, value]) => value !== undefined)
  return entries.length > 0 ? (Object.fromEntries(entries) as T) : undefined
}
