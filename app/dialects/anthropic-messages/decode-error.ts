import { entryOf } from '../../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../../errors.ts'
import { BY_EXCEPTION } from '../bedrock-exceptions.ts'
import { FALLBACK, SENTENCES } from '../refusal-sentences.ts'

/** Anthropic's error types, which say more than the status does. */
const BY_TYPE: Record<string, ErrorCode> = {
  invalid_request_error: 'invalid-request',
  authentication_error: 'upstream',
  billing_error: 'upstream',
  permission_error: 'model-access-denied',
  not_found_error: 'model-not-found',
  request_too_large: 'too-large',
  rate_limit_error: 'rate-limit',
  timeout_error: 'timeout',
  api_error: 'upstream',
  overloaded_error: 'overloaded',
}

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'invalid-request',
  403: 'model-access-denied',
  404: 'model-not-found',
  408: 'timeout',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
}

/** Faults the caller can mend, of which the upstream's sentence may tell them. */
const TELLS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-request',
  'context-length-exceeded',
  'too-large',
])

/** How models say that there is too much to read. */
const TOO_LONG =
  /(prompt|input) is too long|exceeds? (the )?(context|maximum).*(limit|window|tokens)/i

/**
 * An error answer of an upstream that speaks the dialect, or the `error` event of its stream (`status`
 * undefined), as ours. What is wrong between us and the upstream (its 401) is never the caller's fault.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfter?: number,
): GatewayError {
  const { error } = (body ?? {}) as { error?: { type?: unknown; message?: unknown } }
  const message = typeof error?.message === 'string' ? error.message : ''
  const code = entryOf(BY_TYPE, String(error?.type)) ?? BY_STATUS[status ?? 0] ?? 'upstream'
  const cause = new Error(`upstream ${status ?? 'stream'}: ${JSON.stringify(body)}`)
  return meant(code, message, { retryAfter, cause })
}

/** The error of an exception frame in a stream of Bedrock's. */
export function decodeException(type: string, payload: string): GatewayError {
  const { message, originalStatusCode, originalMessage } = parsed(payload)
  const original = originalStatusCode === undefined ? undefined : BY_STATUS[originalStatusCode]
  const known = entryOf(BY_EXCEPTION, type) ?? 'upstream'
  const cause = new Error(`AWS broke off with ${type}: ${payload}`)
  return meant(known === 'upstream' ? (original ?? known) : known, message ?? originalMessage, {
    cause,
  })
}

function meant(
  code: ErrorCode,
  message: string | undefined,
  details: { retryAfter?: number; cause: Error },
): GatewayError {
  const finer = code === 'invalid-request' && message && TOO_LONG.test(message)
  const found = finer ? 'context-length-exceeded' : code
  const told = TELLS.has(found) && message ? message : SENTENCES[found]
  return new GatewayError(found, told ?? FALLBACK, details)
}

interface ExceptionPayload {
  message?: string
  originalStatusCode?: number
  originalMessage?: string
}

function parsed(payload: string): ExceptionPayload {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // What is no JSON is the sentence itself.
    return { message: payload }
  }
}
