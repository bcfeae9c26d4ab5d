import type { Attempt } from './ports/call.ts'

/**
 * The one error class of the house. Whatever goes wrong anywhere becomes a `GatewayError`: a code that
 * every dialect knows how to say, a sentence for the caller, and a cause that only the log sees.
 */
export type ErrorCode =
  | 'invalid-request'
  | 'unsupported-parameter'
  | 'context-length-exceeded'
  | 'authentication'
  | 'permission'
  | 'model-access-denied'
  | 'not-found'
  | 'model-not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'too-large'
  | 'range-not-satisfiable'
  | 'rate-limit'
  | 'quota-exceeded'
  | 'content-filter'
  | 'caller-left'
  | 'internal'
  | 'upstream'
  | 'stream-incomplete'
  | 'feature-unavailable'
  | 'overloaded'
  | 'timeout'

/** HTTP status per code; 499 is the access log's name for a caller who left before the answer. */
export const STATUS: Record<ErrorCode, number> = {
  'invalid-request': 400,
  'unsupported-parameter': 400,
  'context-length-exceeded': 400,
  authentication: 401,
  permission: 403,
  'model-access-denied': 403,
  'not-found': 404,
  'model-not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'too-large': 413,
  'range-not-satisfiable': 416,
  'rate-limit': 429,
  'quota-exceeded': 429,
  'content-filter': 400,
  'caller-left': 499,
  internal: 500,
  upstream: 502,
  'stream-incomplete': 502,
  'feature-unavailable': 503,
  overloaded: 503,
  timeout: 504,
}

export interface ErrorDetails {
  /** The request field at fault, as a path in the caller's own words: `messages[0].content`. */
  param?: string
  /** A finer code in the caller's vocabulary, where the vendor has one: `invalid_type`. */
  reason?: string
  /** Seconds after which another try makes sense. */
  retryAfter?: number
  /** Upstream calls that were made, where there were any. */
  attempts?: number
  /** Bytes there are, where others were asked for. */
  size?: number
  /** Every place that was asked, where there was more than one. */
  tried?: readonly Attempt[]
  /** What the caller has no more of, for meters: `requests`, `budget`. */
  lacking?: string
  /** No other try of the same request mends it, though its code says that one may. */
  final?: boolean
  /** The model that is not found was there once. */
  retired?: boolean
  /** What really happened; for the log, never for the caller. */
  cause?: unknown
}

/** Characters. More than that is what the caller sent, quoted back at him. */
const LONGEST_MESSAGE = 2000
const LONGEST_PARAM = 300

const shortened = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most)}...` : text

export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly reason: string | undefined
  readonly retryAfter: number | undefined
  readonly attempts: number | undefined
  readonly size: number | undefined
  readonly tried: readonly Attempt[] | undefined
  readonly lacking: string | undefined
  readonly final: boolean | undefined
  readonly retired: boolean | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(shortened(message, LONGEST_MESSAGE), { cause: details.cause })
    this.name = 'GatewayError'
    this.code = code
    this.param = details.param && shortened(details.param, LONGEST_PARAM)
    this.reason = details.reason
    this.retryAfter = details.retryAfter
    this.attempts = details.attempts
    this.size = details.size
    this.tried = details.tried
    this.lacking = details.lacking
    this.final = details.final
    this.retired = details.retired
  }

  get status(): number {
    return STATUS[this.code]
  }
}

/** The same error, of which more or something else is known. */
export const amended = (error: GatewayError, details: ErrorDetails): GatewayError =>
  new GatewayError(error.code, error.message, { ...error, cause: error.cause, ...details })

/** What anything thrown says, for the log. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** Anything thrown, as a `GatewayError`: what we did not foresee is `internal` and tells nothing. */
export function asGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return new GatewayError('internal', 'The request could not be completed. Retry the request.', {
    cause: thrown,
  })
}
