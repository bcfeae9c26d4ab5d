import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import { fitsGlob } from '../../gateway/names/glob.ts'
import { identityOf, ownerOf } from '../../library/keys/key-owner.ts'
import type { AwsPrincipal, PrincipalSource, ProvenPrincipal } from '../../ports/access.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import type { Services } from '../../ports/services.ts'
import { createBelief } from './belief.ts'
import type { Prover } from './callers-with-keys.ts'

/** What a proof begins with that is sent in the place of a key. */
const PREFIX = 'aws-iam-v1.'
/** Milliseconds a proof that AWS refused is not asked about again. */
const REFUSED_FOR = 60_000

/** AWS principals: those the platform has let in, and those who had AWS say who they are. */
export function iamProvers({ config, runtime, access }: Services): Prover[] {
  if (!config.AUTH_IAM) return []
  checkIam(config, runtime.verifiedIdentity !== undefined)
  const identify = identifier(config)
  const provers: Prover[] = []
  if (access.principals) provers.push(byProof(access.principals, identify))
  // A key that is shown decides; the platform lets in whoever may invoke the function.
  if (runtime.verifiedIdentity) {
    provers.push((c, shown) => {
      const principal = shown === undefined ? runtime.verifiedIdentity?.(c.env) : undefined
      return principal && identify(principal)
    })
  }
  return provers
}

function byProof(
  source: PrincipalSource,
  identify: (principal: AwsPrincipal) => CallerIdentity,
): Prover {
  const believe = createBelief<ProvenPrincipal>({
    ask: (proof) => source.verify(proof),
    until: (proven) => proven.until,
    refusedFor: REFUSED_FOR,
  })
  return (_, shown) => {
    if (!shown?.startsWith(PREFIX)) return undefined
    const proven = believe(shown.slice(PREFIX.length))
    return proven instanceof Promise
      ? proven.then(({ principal }) => identify(principal))
      : identify(proven.principal)
  }
}

/** Throws `permission` for principals that are nobody's here. */
function identifier({ IAM_PRINCIPALS: principals }: Config) {
  return (asked: AwsPrincipal): CallerIdentity => {
    const role = roleOf(asked.arn)
    const names = role === undefined ? [asked.arn] : [role, asked.arn]
    const entry = principals.find(({ principal }) =>
      names.some((name) => fitsGlob(principal, name)),
    )
    const known = role ?? asked.arn
    const owner = ownerOf('iam', known)
    const over = entry?.expires_at
    if (entry && owner !== undefined && (over === undefined || over * 1000 > Date.now())) {
      const { principal: _, ...policy } = entry
      return identityOf({ owner, keyId: `iam:${known}`, policy })
    }
    throw new GatewayError('permission', 'This AWS principal may not call this server.', {
      reason: 'principal_not_allowed',
      cause: new Error(`No entry of IAM_PRINCIPALS fits ${known}.`),
    })
  }
}

/** The role of a session, without its path, which STS does not tell. */
function roleOf(arn: string): string | undefined {
  const [, partition, account, role] =
    /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn) ?? []
  return role && `arn:${partition}:iam::${account}:role/${role}`
}

function checkIam(config: Config, isVerified: boolean): void {
  if (config.IAM_PRINCIPALS.length === 0) {
    throw new Error('AUTH_IAM=true lets nobody in without IAM_PRINCIPALS. Name who may call.')
  }
  if (config.IAM_SERVER_ID === undefined && !isVerified) {
    throw new Error(
      'AUTH_IAM=true needs IAM_SERVER_ID, a name of this server that callers sign, so that no proof made for another is good here.',
    )
  }
}
