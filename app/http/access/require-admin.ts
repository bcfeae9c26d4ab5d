import { asksForProof } from '../../config/access.ts'
import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../context.ts'

/** Throws `permission` for everybody who may not manage keys and see what everybody used. */
export function requireAdmin(c: HttpContext): void {
  if (c.get('caller').admin) return
  const { config } = c.get('services')
  const message = asksForProof(config)
    ? 'Only an admin key may do this.'
    : 'This server has no admin. Set ADMIN_KEY on it.'
  throw new GatewayError('permission', message, { reason: 'admin_required' })
}
