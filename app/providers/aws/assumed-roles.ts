import type { Digest } from '../../ports/aws-credentials.ts'
import type { AwsIdentity } from '../../ports/caller.ts'
import type { Linger } from '../../ports/runtime.ts'
import type { AwsCall } from './call.ts'
import { refreshingCredentials } from './refreshing-credentials.ts'
import { type Sign, sigV4Signer } from './sign.ts'
import { assumeRole } from './sts.ts'
import type { Warn } from './warn.ts'

interface RolesOptions {
  /** Asks STS as ourselves. */
  call: AwsCall
  region: string
  digest?: Digest
  warn: Warn
  /** As the runtime's. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

/** Roles whose credentials are remembered; as many tenants have requests at the same time. */
const MOST_ROLES = 2000
/** Milliseconds STS has for an answer. */
const PATIENCE = 10_000
const SESSION_NAME = 'outcrop'

/** Signers for the roles of callers: assumed at the first need, one question at a time, renewed ahead of their end. */
export function assumedRoles(options: RolesOptions): (identity: AwsIdentity) => Sign {
  const signers = new Map<string, Sign>()
  return (identity) => {
    const name = `${identity.roleArn} ${identity.externalId ?? ''}`
    const kept = signers.get(name)
    if (kept) return kept
    if (signers.size >= MOST_ROLES) signers.delete(signers.keys().next().value!)
    const signer = signerOf(identity.roleArn!, identity.externalId, options)
    signers.set(name, signer)
    return signer
  }
}

function signerOf(roleArn: string, externalId: string | undefined, options: RolesOptions): Sign {
  const { call, region, digest, warn, linger, now } = options
  const asked = { roleArn, externalId, region, sessionName: SESSION_NAME }
  const credentials = refreshingCredentials(`role ${roleArn}`, {
    fetch: () => assumeRole(call, asked, AbortSignal.timeout(PATIENCE)),
    onFailure: (error) =>
      warn('The credentials of a role could not be renewed.', {
        role: roleArn,
        detail: String(error instanceof Error ? (error.cause ?? error) : error),
      }),
    linger,
    now,
  })
  return sigV4Signer({ credentials, digest, now })
}
