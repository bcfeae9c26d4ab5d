import { GatewayError } from '../../errors.ts'

/** A token that proves nothing, and why: never its own words. */
export const refusedToken = (why: string) =>
  new GatewayError('authentication', `The token is not valid: ${why}.`, { reason: 'invalid_token' })
