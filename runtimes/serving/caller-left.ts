import { GatewayError } from '../../app/errors.ts'

/** What a fired signal stands for: the gateway's own reason where it gave one, else a caller who left. */
export function callerLeft(signal: AbortSignal): GatewayError {
  const reason: unknown = signal.reason
  if (reason instanceof GatewayError) return reason
  return new GatewayError('caller-left', 'The caller left before the answer was complete.', {
    cause: reason,
  })
}
