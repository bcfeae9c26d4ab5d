import { GatewayError } from '../../errors.ts'
import { SOLE_CALLER } from '../../ports/caller.ts'
import type { StateStore } from '../../ports/state-store.ts'
import type { HttpContext } from '../context.ts'
import { requireAdmin } from './require-admin.ts'

/** Whether the caller may see what everybody used: an admin, or the one caller there is. */
export function seesAllUsage(c: HttpContext): boolean {
  const caller = c.get('caller')
  if (caller.admin) return true
  const { API_KEYS, ADMIN_KEY, AUTH_IAM, JWT_ISSUER, AWS_COGNITO_USER_POOL_ID } =
    c.get('services').config
  const others = [API_KEYS, ADMIN_KEY, JWT_ISSUER, AWS_COGNITO_USER_POOL_ID]
  const isAlone = !AUTH_IAM && others.every((one) => one === undefined)
  return isAlone && caller.keyId === SOLE_CALLER.keyId
}

/** Throws `permission` for whoever may not see what everybody used. */
export function requireUsageOfAll(c: HttpContext): void {
  if (!seesAllUsage(c)) requireAdmin(c)
}

/** The store usage is read from, when what this instance has counted is in it. Throws `feature-unavailable`. */
export async function usageStore(c: HttpContext): Promise<StateStore> {
  const { metering, state } = c.get('services')
  if (!metering.usage) {
    throw new GatewayError(
      'feature-unavailable',
      'Usage is not written down on this server: USAGE is off.',
    )
  }
  await metering.usage.flush()
  return state
}
