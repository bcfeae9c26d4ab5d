import { GatewayError } from '../../../errors.ts'

/** The name S3 gives to what went wrong: `NoSuchKey`; empty for anything that is not S3's. */
export function faultName(thrown: unknown): string {
  return thrown instanceof Error && '$metadata' in thrown ? thrown.name : ''
}

export function faultStatus(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown)) return undefined
  return (thrown.$metadata as { httpStatusCode?: number }).httpStatusCode
}

/** Whether there is no such object. Of a bucket that is gone nobody knows what was in it. */
export const isMissing = (thrown: unknown) =>
  faultStatus(thrown) === 404 && faultName(thrown) !== 'NoSuchBucket'

/** Statuses by which stand-ins for S3 say that they cannot do a thing. */
export const isUnsupported = (thrown: unknown) =>
  faultName(thrown) === 'NotImplemented' || faultStatus(thrown) === 501

/** Anything that went wrong with our own store, as its caller may know it: the log gets the rest. */
export function storeFault(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const status = faultStatus(thrown)
  const isBusy = status === 503 || status === 429 || faultName(thrown) === 'SlowDown'
  return new GatewayError(
    isBusy ? 'overloaded' : 'upstream',
    isBusy
      ? 'The store of files is busy. Retry the request.'
      : 'The store of files could not be reached. Retry the request later.',
    { cause: thrown, final: OPERATORS.has(faultName(thrown)) },
  )
}

/** What S3 says of a list. What stands between us and S3 may answer with a page of its own, which lists nothing. */
export function listing<T extends { IsTruncated?: boolean; Name?: string }>(answer: T): T {
  if (answer.IsTruncated !== undefined || answer.Name !== undefined) return answer
  throw new Error('What answered the listing is not S3.')
}

/** Does the work; what goes wrong with the store is told as above. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw storeFault(thrown)
  }
}

/** What only the operator can put right. */
const OPERATORS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'InvalidAccessKeyId',
  'NoSuchBucket',
  'SignatureDoesNotMatch',
])

/** What went wrong with an object that a caller named. */
export function attachmentFault(thrown: unknown, uri: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  if (faultStatus(thrown) === 404) {
    return new GatewayError('invalid-request', `There is nothing at ${uri}.`, { cause: thrown })
  }
  if (faultStatus(thrown) === 403) {
    const message = `This server may not read ${uri}.`
    return new GatewayError('permission', message, { cause: thrown })
  }
  return storeFault(thrown)
}
