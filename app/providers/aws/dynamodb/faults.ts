import { GatewayError } from '../../../errors.ts'
import type { AwsFault } from '../call.ts'
import type { Operation } from './operation.ts'

/** What DynamoDB calls a lack of capacity, or others at work on the item; nothing was done then. Its status is 400. */
const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'Throttling',
  'TransactionConflictException',
  'ReplicatedWriteConflictException',
])

/** Operations that may be done twice: they change nothing, or the same. */
const HARMLESS = new Set<Operation>(['GetItem', 'Query', 'DescribeTable'])

/** Seconds after which another try makes sense. */
const RETRY_AFTER = 1

/** The name DynamoDB gives to what went wrong; empty when it did not answer. */
export function faultType(thrown: unknown): string {
  return faultOf(thrown)?.type ?? ''
}

/** What AWS said, which may be told as an error of the store by now. */
function faultOf(thrown: unknown): Partial<AwsFault> | undefined {
  if (!(thrown instanceof GatewayError)) return undefined
  return thrown.cause instanceof GatewayError ? faultOf(thrown.cause) : (thrown.cause as AwsFault)
}

export const isConflict = (thrown: unknown) =>
  faultType(thrown) === 'ConditionalCheckFailedException'

export const isThrottled = (thrown: unknown) => THROTTLES.has(faultType(thrown))

/** Whether a try of which nobody knows what it did may be made again. */
export function isSafeToRepeat(operation: Operation, thrown: unknown): boolean {
  return HARMLESS.has(operation) && thrown instanceof GatewayError && !isRefused(faultOf(thrown))
}

const isRefused = ({ status }: Partial<AwsFault> = {}) =>
  status !== undefined && status >= 400 && status < 500

/** Anything that went wrong with our own store, as its caller may know it: the log gets the rest. */
export function storeFault(thrown: unknown): GatewayError {
  const fault = faultOf(thrown)
  const isFinal = isRefused(fault) && !isThrottled(thrown)
  if (isFinal || fault?.type === 'Unsigned') {
    const message = 'The state store refused the request. Its operator finds the reason in the log.'
    return new GatewayError('upstream', message, { cause: thrown, final: isFinal })
  }
  const message = 'The state store is not available. Retry the request.'
  return new GatewayError('overloaded', message, { retryAfter: RETRY_AFTER, cause: thrown })
}
