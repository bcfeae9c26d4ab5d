import { type ErrorCode, GatewayError } from '../../errors.ts'
import type { ProviderHealth } from '../../ports/models.ts'
import type { AwsCall } from './call.ts'

/** Whether AWS answers, as the calls that were made anyway have shown. */
interface Pulse {
  /** The same call, and what came of it is noted. */
  felt(call: AwsCall): AwsCall
  health(): ProviderHealth
}

/** Failures that are AWS's or our own account's; any other refusal is an answer to a request. */
const FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'upstream',
  'overloaded',
  'timeout',
  'internal',
])

export function createPulse(now: () => number = Date.now): Pulse {
  let status: ProviderHealth['status'] = 'unknown'
  let checkedAt = 0
  const note = (answers: boolean) => {
    status = answers ? 'available' : 'unavailable'
    checkedAt = now()
  }
  return {
    felt: (call) => (request, signal) =>
      call(request, signal).then(
        (response) => {
          note(true)
          return response
        },
        (thrown) => {
          const code = thrown instanceof GatewayError ? thrown.code : 'internal'
          // Who left, or was too slow for a deadline of ours, says nothing of AWS.
          if (!signal.aborted && code !== 'caller-left') note(!FAILURES.has(code))
          throw thrown
        },
      ),
    health: () =>
      status === 'unknown'
        ? { status }
        : {
            status,
            checkedAt,
            ...(status === 'unavailable' && { reason: 'AWS did not answer the last call.' }),
          },
  }
}
