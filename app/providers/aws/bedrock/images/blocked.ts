import { GatewayError } from '../../../../errors.ts'

/**
 * How a model says that it will not draw something: Nova's user guide, image-gen-errors; the pages of Stability
 * and Titan; `Request Moderated` by a client of Nova. What else is told with an answer is a failure.
 */
const BLOCKED =
  /content filter|filter reason|request moderated|content (policy|moderation)|blocked by|flagged|responsible ai/i

export const isBlocked = (sentence: string) => BLOCKED.test(sentence)

export const blockedError = (sentence: string, cause?: unknown) =>
  new GatewayError('content-filter', sentence, { cause })

/** An error of AWS as it was, or as the refusal to draw that it tells of. */
export function explained(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'invalid-request') return thrown
  return isBlocked(thrown.message) ? blockedError(thrown.message, thrown.cause) : thrown
}
